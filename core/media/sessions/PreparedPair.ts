import type { types } from 'mediasoup';
import type { ParticipantId, RoomState } from '../../room/state.ts';
import type { PreparedTransports } from '../RoomMedia.ts';
import type { RoomRouter } from '../workers/RoomRouter.ts';
import type { RoomRouters } from '../workers/RoomRouters.ts';
import type { ParticipantMedia } from './ParticipantMedia.ts';

/** Two open transports on one router. */
export interface OpenPair {
  readonly router: RoomRouter;
  readonly send: types.WebRtcTransport;
  readonly recv: types.WebRtcTransport;
}

/** Two transports that are being opened and belong to nobody yet. Their router stays open for them. */
export class PreparedPair implements PreparedTransports {
  /** Rejects when the worker cannot open them. */
  readonly opened: Promise<OpenPair>;
  #taken = false;
  #closed = false;

  constructor(routers: RoomRouters, viewers: ReadonlyMap<ParticipantId, ParticipantMedia>, room: RoomState) {
    this.opened = this.#open(routers, viewers, room);
    // Whoever takes them hears of it.
    this.opened.catch(() => undefined);
  }

  get isFree(): boolean {
    return !this.#taken && !this.#closed;
  }

  /** From now on they are a session's, which closes them. */
  take(): void {
    this.#taken = true;
  }

  close(): void {
    if (!this.isFree) return;
    this.#closed = true;
    this.opened.then(
      ({ send, recv }) => {
        send.close();
        recv.close();
      },
      () => undefined,
    );
  }

  async #open(
    routers: RoomRouters,
    viewers: ReadonlyMap<ParticipantId, ParticipantMedia>,
    room: RoomState,
  ): Promise<OpenPair> {
    const router = await routers.enter(viewers, room);
    const opened = await Promise.allSettled([router.createTransport(), router.createTransport()]);
    const [send, recv] = opened.map((result) => (result.status === 'fulfilled' ? result.value : null));
    if (!send || !recv) {
      send?.close();
      recv?.close();
      routers.leave(router);
      throw opened.find((result) => result.status === 'rejected')?.reason;
    }
    if (send.closed) routers.leave(router);
    else send.observer.once('close', () => routers.leave(router));
    return { router, send, recv };
  }
}
