import { errors } from 'mediasoup';
import type { Clock, Logger } from '../ports.ts';
import { assertNever } from '../room/assertNever.ts';
import type { ParticipantId, TrackId } from '../room/state.ts';
import type { ConsumerToOpen, MediaStep } from '../view/mediaSteps.ts';
import { messageOf } from './mediaFailures.ts';
import type { RoomNodes } from './nodes/RoomNodes.ts';
import type { MediaProducer, SourceProducer } from './producers/MediaProducer.ts';
import type { ConsumerOffer, RoomMediaListener } from './RoomMedia.ts';
import type { ParticipantMedia } from './sessions/ParticipantMedia.ts';
import type { LayerWishes } from './viewers/LayerWishes.ts';
import { msidOf } from './viewers/msidOf.ts';
import { ViewerConsumer } from './viewers/ViewerConsumer.ts';
import type { PipePairs } from './workers/PipePairs.ts';
import type { RoomRouter } from './workers/RoomRouter.ts';

/** The media objects that steps change. Each may be gone after every await. */
export interface MediaObjects {
  producer(producerId: string): MediaProducer | undefined;
  source(trackId: TrackId): SourceProducer | undefined;
  readonly viewers: ReadonlyMap<ParticipantId, ParticipantMedia>;
  router(routerId: string): RoomRouter | undefined;
  /** Whether the track is muted in the record now. */
  isMuted(producer: MediaProducer): boolean;
  /** Whether the track has more than one rendition here. */
  hasRenditions(trackId: TrackId): boolean;
  /** Null without other nodes. */
  readonly nodes: Pick<RoomNodes, 'pull' | 'keep' | 'drop' | 'demand'> | null;
  closeParticipant(participantId: ParticipantId): void;
  /** A consumer was opened and registered, and counts for its worker. */
  consumerOpened(viewer: ParticipantMedia, consumer: ViewerConsumer): void;
  /** A viewer gained or lost the ability to show a track. */
  readinessChanged(): void;
  /** The input of the plan has changed. */
  planChanged(): void;
  /** The first picture of a watched consumer is on its viewer's screen. */
  shown(viewer: ParticipantMedia, consumer: ViewerConsumer): void;
}

/** Steps of one phase are independent and run side by side; phases run one after the other. */
const PHASES: readonly (readonly MediaStep['type'][])[] = [
  ['closeParticipant', 'closeProducer', 'pauseProducer', 'closeConsumers'],
  ['pullTrack', 'keepTrack', 'openPipe'],
  // A viewer that falls back to another rendition does not wait for the pause of the first.
  ['pauseConsumers', 'openConsumers', 'setPreferredLayers', 'setPriority', 'resumeConsumers'],
  ['resumeProducer'],
  ['closePipe', 'dropTrack', 'wantLayers', 'demandLayers'],
];

/** Turns steps of the plan into mediasoup calls and tells the clients. */
export class StepApplier {
  readonly #objects: MediaObjects;
  readonly #pipes: PipePairs;
  readonly #layerWishes: LayerWishes;
  readonly #listener: RoomMediaListener;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(
    objects: MediaObjects,
    pipes: PipePairs,
    layerWishes: LayerWishes,
    listener: RoomMediaListener,
    clock: Clock,
    logger: Logger,
  ) {
    this.#objects = objects;
    this.#pipes = pipes;
    this.#layerWishes = layerWishes;
    this.#listener = listener;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Returns the number of failed steps. The next plan contains them again if they still make sense. */
  async apply(steps: readonly MediaStep[]): Promise<number> {
    let failed = 0;
    for (const step of steps) if (step.type === 'openConsumers') this.#expect(step.viewerId, step.consumers);
    for (const types of PHASES) {
      const phase = steps.filter((step) => types.includes(step.type));
      const results = await Promise.allSettled(phase.map((step) => this.#applyStep(step)));
      for (const [index, result] of results.entries()) {
        if (result.status === 'fulfilled') continue;
        failed += 1;
        this.#logger.debug({ step: phase[index], error: messageOf(result.reason) }, 'media step failed');
      }
    }
    return failed;
  }

  async #applyStep(step: MediaStep): Promise<void> {
    const { viewers } = this.#objects;
    switch (step.type) {
      case 'closeParticipant':
        this.#objects.closeParticipant(step.participantId);
        return;
      case 'closeProducer':
        this.#objects.producer(step.producerId)?.close();
        return;
      case 'pauseProducer':
        await this.#objects.producer(step.producerId)?.pause();
        return;
      case 'resumeProducer': {
        const producer = this.#objects.producer(step.producerId);
        // The record may have muted it since the plan was made [M2].
        if (producer?.heldBack === false && !this.#objects.isMuted(producer)) await producer.resume();
        return;
      }
      case 'pullTrack':
        // It does not wait for the other node, which may hang.
        this.#objects.nodes?.pull(step.nodeId, step.producerId);
        return;
      case 'keepTrack':
        this.#objects.nodes?.keep(step.producerId);
        return;
      case 'dropTrack':
        this.#objects.nodes?.drop(step.producerId);
        return;
      case 'demandLayers':
        this.#objects.nodes?.demand(step.nodeId, {
          producerId: step.producerId,
          maxSpatialLayer: step.maxSpatialLayer,
          unreceivable: step.unreceivable,
        });
        return;
      case 'openPipe':
        await this.#openPipe(step.producerId, step.routerId);
        return;
      case 'closePipe':
        this.#objects.producer(step.producerId)?.closePipe(step.routerId);
        return;
      case 'openConsumers': {
        const viewer = viewers.get(step.viewerId);
        if (viewer) await this.#openConsumers(viewer, step.consumers);
        return;
      }
      case 'closeConsumers':
        for (const producerId of step.producerIds) viewers.get(step.viewerId)?.consumers.get(producerId)?.close();
        return;
      case 'pauseConsumers':
      case 'resumeConsumers':
        await this.#setPaused(step.viewerId, step.producerIds, step.type === 'pauseConsumers');
        return;
      case 'setPreferredLayers':
        await viewers.get(step.viewerId)?.consumers.get(step.producerId)?.setPreferredLayers(step.preferredLayers);
        return;
      case 'setPriority':
        await viewers.get(step.viewerId)?.consumers.get(step.producerId)?.setPriority(step.priority);
        return;
      case 'wantLayers': {
        const source = this.#objects.source(step.trackId);
        if (source) this.#layerWishes.wish(source, step.maxSpatialLayer);
        return;
      }
      default:
        assertNever(step);
    }
  }

  async #openPipe(producerId: string, routerId: string): Promise<void> {
    const producer = this.#objects.producer(producerId);
    const to = this.#objects.router(routerId);
    if (!producer || !to || producer.pipedTo.has(routerId)) return;
    const pipe = await this.#pipes.open(producer.producer, producer.owner.router, to);
    if (producer.closed) {
      pipe.producer.close();
      return;
    }
    producer.addPipe(routerId, pipe);
    if (!producer.paused) await pipe.producer.resume();
    if (producer.paused) await pipe.producer.pause(); // Muted while it resumed [M2].
  }

  #expect(viewerId: ParticipantId, consumers: readonly ConsumerToOpen[]): void {
    const opening = this.#objects.viewers.get(viewerId)?.opening;
    for (const { producerId } of consumers) opening?.add(producerId);
  }

  async #openConsumers(viewer: ParticipantMedia, wanted: readonly ConsumerToOpen[]): Promise<void> {
    const opened = await Promise.allSettled(wanted.map((consumer) => this.#openConsumer(viewer, consumer)));
    for (const { producerId } of wanted) viewer.opening.delete(producerId);
    const consumers = opened.flatMap((result) => (result.status === 'fulfilled' && result.value ? [result.value] : []));
    const offers = consumers
      .filter((consumer) => !consumer.consumer.closed)
      .flatMap((consumer) => this.#offer(consumer));
    if (offers.length > 0 && !viewer.closed) this.#tellOpened(viewer, consumers, offers);
    const failed = opened.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #openConsumer(viewer: ParticipantMedia, wanted: ConsumerToOpen): Promise<ViewerConsumer | null> {
    const { producerId, preferredLayers, trackId, priority } = wanted;
    const kind = this.#objects.producer(producerId)?.track.kind;
    if (!kind) return null;
    const consumer = await viewer.recv
      .consume({
        producerId,
        rtpCapabilities: viewer.rtpCapabilities[kind],
        paused: true,
        ...(preferredLayers ? { preferredLayers } : {}),
      })
      .catch((error: unknown) => {
        if (!(error instanceof errors.UnsupportedError)) throw error;
        viewer.undecodable.add(producerId);
        viewer.changed();
        this.#objects.readinessChanged();
        this.#objects.planChanged();
        return null;
      });
    if (!consumer) return null;
    const isCurrent = this.#objects.viewers.get(viewer.participantId) === viewer && this.#objects.producer(producerId);
    if (consumer.closed || !isCurrent) {
      consumer.close();
      return null;
    }
    const viewerConsumer = new ViewerConsumer(consumer, wanted, {
      clock: this.#clock,
      watched: this.#objects.hasRenditions(trackId),
      changed: () => viewer.changed(),
      onShown: (shown) => this.#objects.shown(viewer, shown),
    });
    this.#objects.consumerOpened(viewer, viewerConsumer);
    if (priority !== 1) await viewerConsumer.setPriority(priority);
    return viewerConsumer;
  }

  #offer(consumer: ViewerConsumer): ConsumerOffer[] {
    const producer = this.#objects.producer(consumer.producerId);
    if (!producer) return [];
    return [
      {
        consumerId: consumer.consumerId,
        producerId: consumer.producerId,
        publisherId: producer.participantId,
        trackId: consumer.trackId,
        source: producer.track.source,
        kind: producer.track.kind,
        rtpParameters: { ...consumer.consumer.rtpParameters, msid: msidOf(consumer, producer) },
        paused: consumer.paused,
      },
    ];
  }

  /** Does not wait for the client: a slow one must not delay the others. */
  #tellOpened(viewer: ParticipantMedia, consumers: readonly ViewerConsumer[], offers: readonly ConsumerOffer[]): void {
    this.#listener
      .consumersOpened(viewer.participantId, viewer.session, offers)
      .then(({ tellsShown }) => Promise.allSettled(consumers.map((consumer) => consumer.acknowledge(tellsShown))))
      .then(
        () => this.#objects.readinessChanged(),
        (error: unknown) =>
          this.#logger.debug(
            { participantId: viewer.participantId, error: messageOf(error) },
            'viewer did not take its consumers: it will resume or go',
          ),
      );
  }

  async #setPaused(viewerId: ParticipantId, producerIds: readonly string[], paused: boolean): Promise<void> {
    const viewer = this.#objects.viewers.get(viewerId);
    const consumers = producerIds.flatMap((producerId) => viewer?.consumers.get(producerId) ?? []);
    if (!viewer || consumers.length === 0) return;
    const set = (consumer: ViewerConsumer): Promise<void> =>
      paused ? consumer.pause() : consumer.resume({ watched: this.#objects.hasRenditions(consumer.trackId) });
    const results = await Promise.allSettled(consumers.map(set));
    this.#objects.readinessChanged();
    // One that is gone meanwhile keeps nobody from hearing of the others.
    const changed = consumers.filter((_, index) => results[index]?.status === 'fulfilled');
    const changes = changed.map(({ consumerId }) => ({ consumerId, paused }));
    if (changes.length > 0) this.#listener.consumersPaused(viewerId, viewer.session, changes);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }
}
