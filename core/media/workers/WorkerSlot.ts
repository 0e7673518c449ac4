import type { types } from 'mediasoup';
import type { Clock, Logger } from '../../ports.ts';
import { isWorkerGone, MediaPortTaken, MediaPortUnusable, messageOf } from '../mediaFailures.ts';
import type { IceCandidate } from '../rtpTypes.ts';
import { announcedCandidates, type MediaListen } from './announcedCandidates.ts';

/** The slot's worker and its WebRtcServer, which are replaced together. */
export interface SlotWorker {
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
}

const BIND_RETRY_MS = 5;
const BIND_FOR_MS = 5_000;
/**
 * With the defaults of mediasoup and the kernel the burst of a keyframe to many viewers is dropped. The kernel may cap
 * this.
 */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;
const PING_EVERY_MS = 2_000;
const PING_PATIENCE_MS = 4_000;
const LAST_CHANCE_MS = 1_000;

/** One media port and the worker behind it. When the worker dies, another takes over the same port at once. */
export class WorkerSlot {
  readonly port: number;
  /** Consumers of all rooms on this worker. The rooms count. */
  consumers = 0;
  readonly #index: number;
  readonly #listen: readonly MediaListen[];
  readonly #protocols: readonly ('udp' | 'tcp')[];
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #takeWorker: () => Promise<types.Worker>;
  #worker: types.Worker;
  /** Resolves when the current worker is ready. */
  #arrival: Promise<void> = Promise.resolve();
  #bound: Promise<SlotWorker> | null = null;
  #stopWatchdog: () => void = () => undefined;
  #closed = false;

  /** Worker `index` (from 0) listens on this port. */
  constructor(
    index: number,
    port: number,
    worker: types.Worker,
    options: {
      readonly listen: readonly MediaListen[];
      readonly iceTcp: boolean;
      readonly clock: Clock;
      readonly logger: Logger;
      readonly takeWorker: () => Promise<types.Worker>;
    },
  ) {
    this.#index = index;
    this.port = port;
    this.#worker = worker;
    this.#listen = options.listen;
    this.#protocols = options.iceTcp ? ['udp', 'tcp'] : ['udp'];
    this.#clock = options.clock;
    this.#logger = options.logger.child({ mediaPort: port });
    this.#takeWorker = options.takeWorker;
    this.#adopt(worker);
  }

  get pid(): number | null {
    return this.#worker.closed ? null : this.#worker.pid;
  }

  /** The worker with its port bound; waits for a replacement. */
  ready(): Promise<SlotWorker> {
    this.#bound ??= this.#bind();
    return this.#bound;
  }

  /** The addresses of this transport that clients are told. */
  candidatesOf({ iceCandidates }: types.WebRtcTransport): IceCandidate[] {
    return announcedCandidates(iceCandidates, this.#listen, this.#index);
  }

  close(): void {
    this.#closed = true;
    this.#stopWatchdog();
    this.#worker.close();
  }

  #adopt(worker: types.Worker): void {
    this.#worker = worker;
    worker.observer.once('close', () => {
      this.#stopWatchdog();
      if (!this.#closed) this.#replace(worker.pid);
    });
    if (worker.closed) this.#replace(worker.pid);
    else this.#watch(worker);
  }

  #replace(deadPid: number): void {
    this.#logger.warn({ workerPid: deadPid }, 'media worker died: its participants are rebuilding on a new one');
    this.#arrival = this.#takeWorker().then((worker) => {
      if (!this.#closed) this.#adopt(worker);
      else worker.close();
    });
    this.#arrival.catch((error: unknown) => {
      if (!this.#closed) this.#logger.error({ error: messageOf(error) }, 'media worker could not be replaced');
    });
    // A slot whose port was bound binds it again at once; the port of a standby stays free.
    if (this.#bound) this.#bound = this.#bind();
  }

  #bind(): Promise<SlotWorker> {
    const bound = this.#tryToBind();
    bound.catch((error: unknown) => {
      if (this.#closed) return;
      this.#logger.error({ error: messageOf(error) }, 'media port could not be bound');
      if (this.#bound === bound) this.#bound = null;
    });
    return bound;
  }

  async #tryToBind(): Promise<SlotWorker> {
    await this.#arrival;
    const worker = this.#worker;
    const deadline = this.#clock.now() + BIND_FOR_MS;
    for (;;) {
      try {
        const webRtcServer = await worker.createWebRtcServer({ listenInfos: this.#listenInfos() });
        return { worker, webRtcServer };
      } catch (error) {
        // It died meanwhile: the slot is already binding its replacement.
        if (isWorkerGone(error) && !this.#closed) return this.ready();
        if (!/already in use/i.test(messageOf(error))) throw new MediaPortUnusable(this.port, { cause: error });
        if (this.#clock.now() >= deadline) throw new MediaPortTaken(this.port, { cause: error });
        await new Promise<void>((resolve) => this.#clock.setTimer(BIND_RETRY_MS, resolve));
      }
    }
  }

  #listenInfos(): types.TransportListenInfo[] {
    return this.#listen.flatMap(({ ip, announcedAddress }) =>
      this.#protocols.map((protocol) => ({
        protocol,
        ip,
        port: this.port,
        sendBufferSize: SOCKET_BUFFER_BYTES,
        recvBufferSize: SOCKET_BUFFER_BYTES,
        ...(announcedAddress === undefined ? {} : { announcedAddress }),
      })),
    );
  }

  /** A worker that hangs is worse than a dead one: kills it, and replaces it like any other. */
  #watch(worker: types.Worker): void {
    const pinged = (): void => {
      let answered = false;
      worker.getResourceUsage().then(
        () => {
          answered = true;
        },
        (error: unknown) => {
          answered = true;
          this.#logger.debug({ error: messageOf(error) }, 'media worker closed while it was asked for a sign of life');
        },
      );
      const endIfSilent = (): void => {
        if (worker.closed || this.#closed) return;
        if (answered) {
          schedule();
          return;
        }
        this.#logger.error({ workerPid: worker.pid }, 'media worker hangs: ending it');
        process.kill(worker.pid, 'SIGKILL');
      };
      const judge = (): void => {
        if (answered || worker.closed) endIfSilent();
        // This process itself may have been late: one more turn reads an answer that waits in the pipe.
        else this.#stopWatchdog = this.#clock.setTimer(LAST_CHANCE_MS, endIfSilent);
      };
      this.#stopWatchdog = this.#clock.setTimer(PING_PATIENCE_MS, judge);
    };
    const schedule = (): void => {
      this.#stopWatchdog = this.#clock.setTimer(PING_EVERY_MS, pinged);
    };
    schedule();
  }
}
