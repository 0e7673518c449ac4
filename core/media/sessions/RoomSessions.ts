import { ortc } from 'mediasoup';
import type { Logger } from '../../ports.ts';
import type { ParticipantId, RoomState } from '../../room/state.ts';
import { MediaError } from '../MediaError.ts';
import { messageOf } from '../mediaFailures.ts';
import { type OpeningOptions, STANDBY_SESSION, type TransportPair } from '../RoomMedia.ts';
import type { RtpCapabilities } from '../rtpTypes.ts';
import type { RoomRouter } from '../workers/RoomRouter.ts';
import type { RoomRouters } from '../workers/RoomRouters.ts';
import { ParticipantMedia, toMediaError, toTransportOffer } from './ParticipantMedia.ts';
import { PreparedPair } from './PreparedPair.ts';

export interface RoomSessionsOptions {
  readonly routers: RoomRouters;
  readonly room: () => RoomState;
  /** The most that one participant is asked to send. */
  readonly maxIncomingBitrateBps: number;
  readonly logger: Logger;
  /** A session got its transports. */
  readonly opened: (media: ParticipantMedia) => void;
}

interface Taking {
  readonly participantId: ParticipantId;
  readonly session: number;
  readonly rtpCapabilities: RtpCapabilities;
  readonly renews: boolean;
  readonly ticket: symbol;
}

const TRANSPORT_ATTEMPTS = 3;

/**
 * The sessions with transports in one room on this node, and who stands by here: at most one of these for each
 * participant.
 */
export class RoomSessions {
  readonly viewers = new Map<ParticipantId, ParticipantMedia>();
  readonly #options: RoomSessionsOptions;
  /** The newest `open` call of each participant: an older one that ends later fails. */
  readonly #opening = new Map<ParticipantId, { readonly ticket: symbol; readonly session: number }>();
  /** Sessions that serve although the record has replaced them. */
  readonly #kept = new Map<ParticipantId, number>();
  #closed = false;

  constructor(options: RoomSessionsOptions) {
    this.#options = options;
  }

  /** Closes the transports of an older session or an earlier call. */
  async open(
    participantId: ParticipantId,
    session: number,
    rtpCapabilities: RtpCapabilities,
    { renews = false, prepared }: Pick<OpeningOptions, 'renews' | 'prepared'> = {},
  ): Promise<TransportPair> {
    this.assertCurrent(participantId, session);
    assertRtpCapabilities(rtpCapabilities);
    const first = prepared instanceof PreparedPair && prepared.isFree ? prepared : null;
    const ticket = Symbol(participantId);
    this.#opening.set(participantId, { ticket, session });
    this.drop(participantId);
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const pair = attempt === 1 && first ? first : this.prepare();
          return await this.#take(pair, { participantId, session, rtpCapabilities, renews, ticket });
        } catch (error) {
          if (error instanceof MediaError) throw error;
          // The worker died meanwhile: its replacement is ready, or nearly.
          if (attempt < TRANSPORT_ATTEMPTS && !this.#closed) continue;
          throw new MediaError('MEDIA_UNAVAILABLE', 'The media server cannot open transports now.', { cause: error });
        }
      }
    } finally {
      if (this.#opening.get(participantId)?.ticket === ticket) this.#opening.delete(participantId);
    }
  }

  /** Begins to open a pair of transports. */
  prepare(): PreparedPair {
    return new PreparedPair(this.#options.routers, this.viewers, this.#options.room());
  }

  /** @throws MediaError when this session is not the newest, or has no transports. */
  mediaOf(participantId: ParticipantId, session: number): ParticipantMedia {
    this.assertCurrent(participantId, session);
    const media = this.viewers.get(participantId);
    if (!media || media.session !== session || media.closed) {
      throw new MediaError('TRANSPORT_NOT_FOUND', 'This session has no transports: open them first.');
    }
    return media;
  }

  /** @throws MediaError when a newer session took over [J5], or the room is closed here. */
  assertCurrent(participantId: ParticipantId, session: number): void {
    if (this.#closed) throw new MediaError('MEDIA_UNAVAILABLE', 'The room is closed on this node.');
    const recorded = this.#options.room().participants.get(participantId);
    const here = this.viewers.get(participantId)?.session ?? STANDBY_SESSION;
    const newest = session === STANDBY_SESSION ? here : Math.max(recorded?.session ?? 0, here);
    if (!recorded || session < newest) {
      throw new MediaError('STALE_SESSION', 'Another connection of this participant took over, or it is gone.');
    }
  }

  /** Gives the transports that stand by to this session. Returns null if there are none that work. */
  promote(participantId: ParticipantId, session: number): ParticipantMedia | null {
    this.assertCurrent(participantId, session);
    const media = this.viewers.get(participantId);
    if (!media?.standby || media.closed) return null;
    media.promote(session);
    return media;
  }

  /** Closes the transports of this session. Returns false if a newer one took over. */
  end(participantId: ParticipantId, session: number): boolean {
    const media = this.viewers.get(participantId);
    if (media && (media.session > session || (media.standby && session !== STANDBY_SESSION))) return false;
    const opening = this.#opening.get(participantId);
    if (opening && opening.session !== session && (opening.session > session || opening.session === STANDBY_SESSION)) {
      return false;
    }
    this.#opening.delete(participantId);
    this.drop(participantId);
    return true;
  }

  /** The session is not closed when the record replaces it. */
  keep(participantId: ParticipantId, session: number): void {
    if (this.viewers.get(participantId)?.session === session) this.#kept.set(participantId, session);
  }

  /** Closes the transports of sessions that the record has replaced, and returns their participants [J5]. */
  closeReplaced(): readonly ParticipantId[] {
    const { participants } = this.#options.room();
    const replaced = [...this.viewers.values()].filter(
      ({ participantId, session, standby }) =>
        !standby &&
        session < (participants.get(participantId)?.session ?? 0) &&
        this.#kept.get(participantId) !== session,
    );
    for (const { participantId } of replaced) this.drop(participantId);
    return replaced.map(({ participantId }) => participantId);
  }

  drop(participantId: ParticipantId): void {
    this.#kept.delete(participantId);
    this.viewers.get(participantId)?.close();
    this.viewers.delete(participantId);
  }

  /** Removes and returns the sessions on this router, which closed unexpectedly. */
  takeLost(router: RoomRouter): readonly ParticipantMedia[] {
    const lost = [...this.viewers.values()].filter((media) => media.router === router);
    for (const { participantId } of lost) {
      this.viewers.delete(participantId);
      this.#kept.delete(participantId);
    }
    return lost;
  }

  close(): void {
    this.#closed = true;
    this.#opening.clear();
    for (const participantId of [...this.viewers.keys()]) this.drop(participantId);
  }

  async #take(
    prepared: PreparedPair,
    { participantId, session, rtpCapabilities, renews, ticket }: Taking,
  ): Promise<TransportPair> {
    const { logger, maxIncomingBitrateBps } = this.#options;
    const { router, send, recv } = await prepared.opened;
    try {
      if (send.closed || recv.closed) throw new Error('the media worker went away');
      if (this.#closed || this.#opening.get(participantId)?.ticket !== ticket) {
        throw new MediaError('STALE_SESSION', 'A newer connection of this participant took over.');
      }
      this.assertCurrent(participantId, session);
    } catch (error) {
      prepared.close();
      throw error;
    }
    prepared.take();
    const media = new ParticipantMedia({ participantId, session, router, send, recv, rtpCapabilities, renews });
    this.viewers.set(participantId, media);
    send.setMaxIncomingBitrate(maxIncomingBitrateBps).catch((error: unknown) => {
      logger.debug({ participantId, error: messageOf(error) }, 'the incoming bitrate could not be limited');
    });
    this.#options.opened(media);
    return { send: toTransportOffer(router, send), recv: toTransportOffer(router, recv) };
  }
}

/** mediasoup's check changes its argument, so it gets a copy. */
function assertRtpCapabilities(rtpCapabilities: RtpCapabilities): void {
  try {
    ortc.validateAndNormalizeRtpCapabilities(structuredClone(rtpCapabilities));
  } catch (error) {
    throw toMediaError(error);
  }
}
