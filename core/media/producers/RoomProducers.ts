import type { Clock, Logger } from '../../ports.ts';
import type { ParticipantId, RoomState, Track, TrackId } from '../../room/state.ts';
import { MediaError } from '../MediaError.ts';
import { messageOf } from '../mediaFailures.ts';
import type { ExpectedMedia } from '../RoomMedia.ts';
import type { RtpParameters } from '../rtpTypes.ts';
import { type ParticipantMedia, toMediaError } from '../sessions/ParticipantMedia.ts';
import type { RoomSessions } from '../sessions/RoomSessions.ts';
import { MediaProducer, type SourceProducer } from './MediaProducer.ts';
import { renewedMedia } from './renewedMedia.ts';

export interface RoomProducersOptions {
  readonly sessions: RoomSessions;
  readonly room: () => RoomState;
  readonly logger: Logger;
  /** A publisher's new producer, paused. */
  readonly produced: (producer: SourceProducer) => void;
  readonly closed: (producer: MediaProducer) => void;
  /** Producers are no longer promoted lately. */
  readonly settled: () => void;
  readonly clock: Clock;
}

/** Chrome ignores a keyframe request that comes within 300 ms of the last one: mediasoup then waits a full second. */
const KEYFRAME_REQUEST_DELAY_MS = 370;
/** Those who lose the same place notice it within this time of each other. */
const PROMOTED_LATELY_MS = 5_000;
/** Each costs a stream in every viewer's consumer; clients send three. */
const MAX_ENCODINGS = 8;

/** The producers of one room on this node: of publishers, of sidecars and from other nodes. */
export class RoomProducers {
  /** The publishers' producers. */
  readonly sources = new Map<TrackId, SourceProducer>();
  /** Those of publishers that stand by here. */
  readonly standbys = new Map<TrackId, SourceProducer>();
  readonly #options: RoomProducersOptions;
  readonly #all = new Map<string, MediaProducer>();
  /** The last `produce` call of each track: the next one waits for it. */
  readonly #producing = new Map<TrackId, Promise<unknown>>();
  readonly #settling = new Set<() => void>();

  constructor(options: RoomProducersOptions) {
    this.#options = options;
  }

  byId(producerId: string): MediaProducer | undefined {
    return this.#all.get(producerId);
  }

  all(): Iterable<MediaProducer> {
    return this.#all.values();
  }

  /** Those that stand by and can be received: the others might never come. */
  readyStandbys(): ReadonlyMap<TrackId, SourceProducer> {
    return new Map([...this.standbys].filter(([, { owner }]) => owner.sendConnected));
  }

  *ofPublishers(): Iterable<SourceProducer> {
    yield* this.sources.values();
    yield* this.standbys.values();
  }

  trackOf(producer: MediaProducer): Track | undefined {
    return this.#options.room().participants.get(producer.participantId)?.tracks.get(producer.trackId);
  }

  /** A producer for a track of the record, in place of its last one. */
  produce(
    participantId: ParticipantId,
    session: number,
    trackId: TrackId,
    rtpParameters: RtpParameters,
  ): Promise<{ readonly producerId: string }> {
    const before = this.#producing.get(trackId) ?? Promise.resolve();
    const produced = before.then(() => this.#produce(participantId, session, trackId, rtpParameters));
    const settled = produced.then(
      () => undefined,
      () => undefined,
    );
    this.#producing.set(trackId, settled);
    void settled.then(() => {
      if (this.#producing.get(trackId) === settled) this.#producing.delete(trackId);
    });
    return produced;
  }

  /** Opens producers for announced tracks; returns those it could open. The client calls `produce` for the rest. */
  async expect(
    participantId: ParticipantId,
    session: number,
    expected: readonly ExpectedMedia[],
  ): Promise<readonly TrackId[]> {
    const produced = await Promise.allSettled(
      expected.map(async ({ trackId, rtpParameters }) => {
        await this.produce(participantId, session, trackId, rtpParameters);
        return trackId;
      }),
    );
    return produced.flatMap((result) => {
      if (result.status === 'fulfilled') return [result.value];
      this.#options.logger.debug(
        { participantId, error: messageOf(result.reason) },
        'expected media could not be produced',
      );
      return [];
    });
  }

  /** Returns what the client of these lost media will send on the next transports. */
  expectedAfter({ participantId, sent }: ParticipantMedia): ExpectedMedia[] {
    const tracks = this.#options.room().participants.get(participantId)?.tracks ?? new Map<TrackId, Track>();
    return renewedMedia([...tracks.values()], sent);
  }

  /** Whoever stood by is at home here now: its producers take the place of any others. Returns them. */
  promoted(media: ParticipantMedia): readonly SourceProducer[] {
    const promoted = [...this.standbys.values()].filter(({ owner }) => owner === media);
    for (const producer of promoted) {
      const { trackId } = producer;
      this.standbys.delete(trackId);
      this.sources.get(trackId)?.close();
      this.sources.set(trackId, producer);
      producer.promotedLately = true;
    }
    if (promoted.length === 0) return [];
    const cancel = this.#options.clock.setTimer(PROMOTED_LATELY_MS, () => {
      this.#settling.delete(cancel);
      for (const producer of promoted) producer.promotedLately = false;
      this.#options.settled();
    });
    this.#settling.add(cancel);
    return promoted;
  }

  /** Nothing of it happens by itself any more. */
  stop(): void {
    for (const cancel of this.#settling) cancel();
  }

  /** Keeps the producer until it closes. */
  register(producer: MediaProducer): void {
    this.#all.set(producer.producerId, producer);
    producer.producer.observer.once('close', () => {
      this.#all.delete(producer.producerId);
      producer.close();
      for (const producers of [this.sources, this.standbys]) {
        if (producers.get(producer.trackId) === producer) producers.delete(producer.trackId);
      }
      this.#options.closed(producer);
    });
  }

  /** Pauses muted producers at once, without waiting for the plan [M2]. */
  silenceMuted(): void {
    for (const producer of this.#all.values()) {
      if (producer.paused || this.trackOf(producer)?.muted === false) continue;
      producer.pause().catch((error: unknown) => {
        const { trackId } = producer;
        this.#options.logger.debug({ trackId, error: messageOf(error) }, 'producer closed while muting');
      });
    }
  }

  async #produce(
    participantId: ParticipantId,
    session: number,
    trackId: TrackId,
    rtpParameters: RtpParameters,
  ): Promise<{ readonly producerId: string }> {
    const { sessions } = this.#options;
    const media = sessions.mediaOf(participantId, session);
    if (Array.isArray(rtpParameters.encodings) && rtpParameters.encodings.length > MAX_ENCODINGS) {
      throw new MediaError('MEDIA_INVALID', `A track has at most ${MAX_ENCODINGS} encodings.`);
    }
    const track = this.#recordedTrack(participantId, trackId);
    (media.standby ? this.standbys : this.sources).get(trackId)?.close();
    const isVideo = track.kind === 'video';
    const producer = await media.send
      .produce({
        kind: track.kind,
        rtpParameters,
        paused: true,
        ...(isVideo ? { keyFrameRequestDelay: KEYFRAME_REQUEST_DELAY_MS } : {}),
      })
      .catch((error: unknown) => {
        sessions.mediaOf(participantId, session); // If the transport closed meanwhile, that is the reason.
        throw toMediaError(error);
      });
    const current = sessions.viewers.get(participantId) === media && !producer.closed;
    const nowTrack = this.#options.room().participants.get(participantId)?.tracks.get(trackId);
    if (!current || !nowTrack) {
      producer.close();
      if (!current) sessions.assertCurrent(participantId, session);
      throw current
        ? new MediaError('TRACK_NOT_FOUND', 'This track was unpublished in the meantime.')
        : new MediaError('TRANSPORT_NOT_FOUND', 'The transport closed in the meantime. Open new transports.');
    }
    const source = new MediaProducer(producer, nowTrack, media, {
      path: 'source',
      waitsForViewers: isVideo && !nowTrack.muted && !media.standby,
    });
    (media.standby ? this.standbys : this.sources).set(trackId, source);
    media.sent.set(trackId, rtpParameters);
    this.register(source);
    this.#options.produced(source);
    return { producerId: producer.id };
  }

  #recordedTrack(participantId: ParticipantId, trackId: TrackId): Track {
    const track = this.#options.room().participants.get(participantId)?.tracks.get(trackId);
    if (!track) throw new MediaError('TRACK_NOT_FOUND', 'This track is not published: publish it first.');
    return track;
  }
}
