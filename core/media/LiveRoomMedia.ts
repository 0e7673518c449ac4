import { ortc } from 'mediasoup';
import type { Clock, Logger } from '../ports.ts';
import { EMPTY_ROOM, type ParticipantId, type RoomState, type Track, type TrackId } from '../room/state.ts';
import type { LiveMedia, MediaPolicy } from '../view/mediaSteps.ts';
import { planMedia } from '../view/planMedia.ts';
import type { ViewerView } from '../view/view.ts';
import { ClosedConsumers } from './ClosedConsumers.ts';
import { KeyframeCoordinator } from './KeyframeCoordinator.ts';
import { LayerWishes } from './LayerWishes.ts';
import {
  type DtlsParameters,
  type IceParameters,
  MediaError,
  type MediaInventory,
  type RoomMedia,
  type RoomMediaListener,
  type RtpCapabilities,
  type RtpParameters,
  type TransportPair,
} from './MediaPlane.ts';
import { MediaProducer } from './MediaProducer.ts';
import { messageOf } from './mediaFailures.ts';
import { ParticipantMedia, toMediaError, toTransportOffer } from './ParticipantMedia.ts';
import { PipePairs } from './PipePairs.ts';
import { QualityWatch } from './QualityWatch.ts';
import { ReconcileLoop } from './ReconcileLoop.ts';
import type { RoomRouter } from './RoomRouter.ts';
import { RoomRouters } from './RoomRouters.ts';
import { Speakers } from './Speakers.ts';
import { type MediaObjects, StepApplier } from './StepApplier.ts';
import type { ViewerConsumer } from './ViewerConsumer.ts';
import type { WorkerSlot } from './WorkerSlot.ts';

export interface LiveRoomMediaOptions {
  readonly slots: readonly WorkerSlot[];
  readonly workerCapacity: number;
  readonly maxIncomingBitrateBps: number;
  readonly policy: MediaPolicy;
  readonly listener: RoomMediaListener;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onClosed: () => void;
}

/** Chrome ignores a keyframe request that comes within 300 ms of the last one: mediasoup then waits a full second. */
const KEYFRAME_REQUEST_DELAY_MS = 370;
const TRANSPORT_ATTEMPTS = 3;

/** One room's media on this node: plans, applies, and plans again whenever something changed. */
export class LiveRoomMedia implements RoomMedia {
  readonly #options: LiveRoomMediaOptions;
  readonly #views = new Map<ParticipantId, ViewerView>();
  readonly #viewers = new Map<ParticipantId, ParticipantMedia>();
  readonly #producers = new Map<TrackId, MediaProducer>();
  readonly #routers: RoomRouters;
  readonly #speakers: Speakers;
  readonly #keyframes: KeyframeCoordinator;
  readonly #layerWishes: LayerWishes;
  readonly #quality: QualityWatch;
  readonly #closedConsumers: ClosedConsumers;
  readonly #applier: StepApplier;
  readonly #loop: ReconcileLoop;
  /** The newest openTransports call of each participant: an older one that ends later gives up. */
  readonly #opening = new Map<ParticipantId, symbol>();
  /** The last produce call of each track: they take turns. */
  readonly #producing = new Map<TrackId, Promise<unknown>>();
  #room: RoomState = EMPTY_ROOM;
  #closed = false;

  constructor(options: LiveRoomMediaOptions) {
    this.#options = options;
    const { clock, listener, logger } = options;
    const participantOf = (producerId: string): ParticipantId | null => this.#participantOf(producerId);
    this.#speakers = new Speakers(clock, participantOf, (speakers) => listener.activeSpeakersChanged(speakers));
    this.#keyframes = new KeyframeCoordinator(
      clock,
      this.#viewers,
      () => this.#room,
      () => this.#reconcile(),
    );
    this.#layerWishes = new LayerWishes(clock, listener);
    this.#quality = new QualityWatch(clock, this.#viewers, this.#producers, listener);
    this.#routers = new RoomRouters(options.slots, options.workerCapacity, {
      volumes: (routerId, volumes) => this.#speakers.heard(routerId, volumes),
      dominantSpeaker: (producerId) => {
        if (this.#speakers.dominates(producerId)) this.#reconcile();
      },
      closed: (router) => this.#routerClosed(router),
    });
    this.#closedConsumers = new ClosedConsumers(({ participantId, session }, consumerIds) =>
      listener.consumersClosed(participantId, session, consumerIds),
    );
    this.#loop = new ReconcileLoop(clock, logger, () => this.#runPass());
    this.#applier = new StepApplier(this.#mediaObjects(), new PipePairs(), this.#layerWishes, listener, clock, logger);
  }

  update(room: RoomState): void {
    this.#room = room;
    // Silence does not wait for its turn in the plan [M2].
    for (const producer of this.#producers.values()) {
      if (!producer.paused && this.#trackOf(producer)?.muted !== false) this.#silence(producer);
    }
    for (const participantId of this.#views.keys()) {
      if (!room.participants.has(participantId)) this.#views.delete(participantId);
    }
    this.#speakers.keepOnly((participantId) => room.participants.has(participantId));
    this.#reconcile();
  }

  async openTransports(
    participantId: ParticipantId,
    session: number,
    rtpCapabilities: RtpCapabilities,
  ): Promise<TransportPair> {
    this.#assertCurrent(participantId, session);
    assertRtpCapabilities(rtpCapabilities);
    const ticket = Symbol(participantId);
    this.#opening.set(participantId, ticket);
    this.#viewers.get(participantId)?.close();
    this.#viewers.delete(participantId);
    this.#reconcile();
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.#tryToOpen(participantId, session, rtpCapabilities, ticket);
        } catch (error) {
          if (error instanceof MediaError) throw error;
          // The worker went away in the middle: its replacement is there, or nearly so.
          if (attempt < TRANSPORT_ATTEMPTS && !this.#closed) continue;
          throw new MediaError('MEDIA_UNAVAILABLE', 'The media server cannot open transports now.', { cause: error });
        }
      }
    } finally {
      if (this.#opening.get(participantId) === ticket) this.#opening.delete(participantId);
    }
  }

  async connectTransport(
    participantId: ParticipantId,
    session: number,
    transportId: string,
    dtlsParameters: DtlsParameters,
  ): Promise<void> {
    await this.#mediaOf(participantId, session).connect(transportId, dtlsParameters);
  }

  async restartIce(participantId: ParticipantId, session: number, transportId: string): Promise<IceParameters> {
    return await this.#mediaOf(participantId, session).restartIce(transportId);
  }

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

  setView(participantId: ParticipantId, session: number, view: ViewerView): void {
    this.#assertCurrent(participantId, session);
    this.#views.set(participantId, view);
    this.#reconcile();
  }

  closeParticipant(participantId: ParticipantId, session: number): void {
    const media = this.#viewers.get(participantId);
    if (media && media.session > session) return;
    this.#opening.delete(participantId);
    this.#views.delete(participantId);
    this.#closeMedia(participantId);
    this.#reconcile();
  }

  inventory(): MediaInventory {
    return {
      producers: [...this.#producers.values()].map(({ participantId, trackId, producerId, paused }) => ({
        participantId,
        trackId,
        producerId,
        paused,
      })),
      consumers: [...this.#viewers.values()].flatMap(({ participantId, consumers }) =>
        [...consumers.values()].map(({ trackId, consumerId, paused, preferredLayers }) => ({
          viewerId: participantId,
          trackId,
          consumerId,
          paused,
          targetSpatialLayer: preferredLayers?.spatialLayer ?? null,
        })),
      ),
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#speakers.close();
    this.#keyframes.close();
    this.#layerWishes.close();
    this.#quality.close();
    this.#opening.clear();
    for (const participantId of [...this.#viewers.keys()]) this.#closeMedia(participantId);
    await this.#routers.close();
    await this.#loop.close();
    this.#options.onClosed();
  }

  async #tryToOpen(
    participantId: ParticipantId,
    session: number,
    rtpCapabilities: RtpCapabilities,
    ticket: symbol,
  ): Promise<TransportPair> {
    const router = await this.#routers.enter(this.#viewers, this.#room);
    const opened = await Promise.allSettled([router.createTransport(), router.createTransport()]);
    const [send, recv] = opened.map((result) => (result.status === 'fulfilled' ? result.value : null));
    const failed = opened.find((result) => result.status === 'rejected');
    const giveUp = (error: unknown): never => {
      send?.close();
      recv?.close();
      this.#routers.leave(router);
      throw error;
    };
    if (!send || !recv) return giveUp(failed?.reason);
    if (send.closed || recv.closed) return giveUp(new Error('the media worker went away'));
    if (this.#closed || this.#opening.get(participantId) !== ticket) {
      return giveUp(new MediaError('STALE_SESSION', 'A newer connection of this participant took over.'));
    }
    try {
      this.#assertCurrent(participantId, session);
    } catch (error) {
      return giveUp(error);
    }
    const media = new ParticipantMedia({ participantId, session, router, send, recv, rtpCapabilities });
    this.#viewers.set(participantId, media);
    send.observer.once('close', () => this.#routers.leave(router));
    recv.on('dtlsstatechange', (state) => {
      if (state === 'connected') this.#reviewHolds();
    });
    this.#quality.watchParticipant(media);
    send.setMaxIncomingBitrate(this.#options.maxIncomingBitrateBps).catch((error: unknown) => {
      this.#options.logger.debug({ participantId, error: messageOf(error) }, 'no bound for the incoming bitrate');
    });
    this.#reconcile();
    return { send: toTransportOffer(send), recv: toTransportOffer(recv) };
  }

  async #produce(
    participantId: ParticipantId,
    session: number,
    trackId: TrackId,
    rtpParameters: RtpParameters,
  ): Promise<{ readonly producerId: string }> {
    const media = this.#mediaOf(participantId, session);
    const track = this.#recordedTrack(participantId, trackId);
    this.#producers.get(trackId)?.close();
    const isVideo = track.kind === 'video';
    const producer = await media.send
      .produce({
        kind: track.kind,
        rtpParameters,
        paused: true,
        ...(isVideo ? { keyFrameRequestDelay: KEYFRAME_REQUEST_DELAY_MS } : {}),
      })
      .catch((error: unknown) => {
        this.#mediaOf(participantId, session); // Closed in the meantime: that is the reason then.
        throw toMediaError(error);
      });
    const current = this.#viewers.get(participantId) === media && !producer.closed;
    const nowTrack = this.#room.participants.get(participantId)?.tracks.get(trackId);
    if (!current || !nowTrack) {
      producer.close();
      if (!current) this.#assertCurrent(participantId, session);
      throw current
        ? new MediaError('TRACK_NOT_FOUND', 'This track was unpublished in the meantime.')
        : new MediaError('TRANSPORT_NOT_FOUND', 'The transport closed in the meantime. Open new transports.');
    }
    const mediaProducer = new MediaProducer(producer, nowTrack, media, isVideo && !nowTrack.muted);
    this.#producers.set(trackId, mediaProducer);
    producer.observer.once('close', () => this.#producerClosed(mediaProducer));
    if (mediaProducer.held) this.#keyframes.hold(mediaProducer);
    this.#quality.watchProducer(mediaProducer);
    if (nowTrack.source === 'microphone') {
      media.router.listenTo(producer.id).catch((error: unknown) => {
        this.#options.logger.debug({ trackId, error: messageOf(error) }, 'levels of this microphone are not watched');
      });
    }
    this.#reconcile();
    return { producerId: producer.id };
  }

  async #runPass(): Promise<number> {
    const live: LiveMedia = {
      producers: this.#producers,
      viewers: this.#viewers,
      recentSpeakers: this.#speakers.recent,
    };
    const steps = planMedia(this.#room, this.#views, live, this.#options.policy);
    const failed = steps.length === 0 ? 0 : await this.#applier.apply(steps);
    this.#reviewHolds();
    return failed;
  }

  #reconcile(): void {
    this.#loop.request();
  }

  #reviewHolds(): void {
    if (!this.#closed) this.#keyframes.review();
  }

  #silence(producer: MediaProducer): void {
    producer.pause().catch((error: unknown) => {
      this.#options.logger.debug(
        { trackId: producer.trackId, error: messageOf(error) },
        'producer closed while muting',
      );
    });
  }

  #closeMedia(participantId: ParticipantId): void {
    this.#viewers.get(participantId)?.close();
    this.#viewers.delete(participantId);
  }

  #producerClosed(producer: MediaProducer): void {
    this.#keyframes.forget(producer);
    this.#layerWishes.forget(producer);
    producer.close();
    if (this.#producers.get(producer.trackId) === producer) this.#producers.delete(producer.trackId);
    this.#reconcile();
  }

  #consumerOpened(viewer: ParticipantMedia, consumer: ViewerConsumer): void {
    viewer.consumers.set(consumer.trackId, consumer);
    viewer.router.slot.consumers += 1;
    this.#quality.watchConsumer(consumer);
    consumer.consumer.observer.once('close', () => {
      viewer.router.slot.consumers -= 1;
      if (viewer.consumers.get(consumer.trackId) === consumer) viewer.consumers.delete(consumer.trackId);
      if (!viewer.closed) this.#closedConsumers.add(viewer, consumer.consumerId);
      this.#reconcile();
    });
  }

  #routerClosed(router: RoomRouter): void {
    this.#speakers.forgetRouter(router.id);
    if (router.closedOnPurpose) return;
    const lost = [...this.#viewers.values()].filter((media) => media.router === router);
    for (const media of lost) this.#viewers.delete(media.participantId);
    for (const { participantId, session } of lost) this.#options.listener.mediaLost(participantId, session);
    this.#reconcile();
  }

  #mediaObjects(): MediaObjects {
    return {
      producers: this.#producers,
      viewers: this.#viewers,
      router: (routerId) => this.#routers.byId(routerId),
      isMuted: (producer) => this.#trackOf(producer)?.muted !== false,
      closeParticipant: (participantId) => this.#closeMedia(participantId),
      consumerOpened: (viewer, consumer) => this.#consumerOpened(viewer, consumer),
      readinessChanged: () => this.#reviewHolds(),
    };
  }

  #trackOf(producer: MediaProducer): Track | undefined {
    return this.#room.participants.get(producer.participantId)?.tracks.get(producer.trackId);
  }

  #participantOf(producerId: string): ParticipantId | null {
    for (const producer of this.#producers.values()) {
      if (producer.producerId === producerId) return producer.participantId;
    }
    return null;
  }

  #recordedTrack(participantId: ParticipantId, trackId: TrackId): Track {
    const track = this.#room.participants.get(participantId)?.tracks.get(trackId);
    if (!track) throw new MediaError('TRACK_NOT_FOUND', 'This track is not published: publish it first.');
    return track;
  }

  #mediaOf(participantId: ParticipantId, session: number): ParticipantMedia {
    this.#assertCurrent(participantId, session);
    const media = this.#viewers.get(participantId);
    if (!media || media.session !== session || media.closed) {
      throw new MediaError('TRANSPORT_NOT_FOUND', 'This session has no transports: open them first.');
    }
    return media;
  }

  /** [J5] */
  #assertCurrent(participantId: ParticipantId, session: number): void {
    if (this.#closed) throw new MediaError('MEDIA_UNAVAILABLE', 'The room is closed on this node.');
    const recorded = this.#room.participants.get(participantId);
    const newest = Math.max(recorded?.session ?? 0, this.#viewers.get(participantId)?.session ?? 0);
    if (!recorded || session < newest) {
      throw new MediaError('STALE_SESSION', 'Another connection of this participant took over, or it is gone.');
    }
  }
}

/** mediasoup completes what it checks: it gets a copy. */
function assertRtpCapabilities(rtpCapabilities: RtpCapabilities): void {
  try {
    ortc.validateAndNormalizeRtpCapabilities(structuredClone(rtpCapabilities));
  } catch (error) {
    throw toMediaError(error);
  }
}
