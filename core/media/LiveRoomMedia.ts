import type { Clock, Logger } from '../ports.ts';
import { EMPTY_ROOM, type NodeId, type ParticipantId, type RoomState, type TrackId } from '../room/state.ts';
import type { LiveMedia, MediaPolicy } from '../view/mediaSteps.ts';
import { PlanMemo } from '../view/PlanMemo.ts';
import { planMedia } from '../view/planMedia.ts';
import { policyOf } from '../view/policyOf.ts';
import type { ViewerView } from '../view/view.ts';
import { inventoryOf } from './inventoryOf.ts';
import { KeyframeCoordinator } from './keyframes/KeyframeCoordinator.ts';
import type { RoomNodes, RoomNodesObjects } from './nodes/RoomNodes.ts';
import type { TwinProducer } from './nodes/TwinProducer.ts';
import type { MediaProducer, SourceProducer } from './producers/MediaProducer.ts';
import { RoomProducers } from './producers/RoomProducers.ts';
import { SendRateWatch } from './producers/SendRateWatch.ts';
import { watchLevels } from './producers/watchLevels.ts';
import { ReconcileLoop } from './ReconcileLoop.ts';
import type {
  ExpectedMedia,
  MediaInventory,
  OpenedTransports,
  OpeningOptions,
  PreparedTransports,
  RoomMedia,
  RoomMediaListener,
} from './RoomMedia.ts';
import type { RoomReencoding, RoomReencodingObjects } from './reencoding/RoomReencoding.ts';
import type { ReportWish, RoomMediaReport } from './reports/RoomMediaReport.ts';
import { reportRoom } from './reports/reportRoom.ts';
import type { DtlsParameters, IceParameters, RtpCapabilities, RtpParameters } from './rtpTypes.ts';
import { type MediaObjects, StepApplier } from './StepApplier.ts';
import type { ParticipantMedia } from './sessions/ParticipantMedia.ts';
import { RoomSessions } from './sessions/RoomSessions.ts';
import { renewMedia } from './sessions/renewMedia.ts';
import { ClosedConsumers } from './viewers/ClosedConsumers.ts';
import { LayerWishes } from './viewers/LayerWishes.ts';
import { QualityWatch } from './viewers/QualityWatch.ts';
import { RestedConsumers } from './viewers/RestedConsumers.ts';
import { Speakers } from './viewers/Speakers.ts';
import type { ViewerConsumer } from './viewers/ViewerConsumer.ts';
import { PipePairs } from './workers/PipePairs.ts';
import type { RoomRouter } from './workers/RoomRouter.ts';
import { RoomRouters } from './workers/RoomRouters.ts';
import type { WorkerSlot } from './workers/WorkerSlot.ts';

export interface LiveRoomMediaOptions {
  readonly nodeId: NodeId;
  readonly slots: readonly WorkerSlot[];
  readonly workerCapacity: number;
  /** The most that one participant is asked to send. */
  readonly maxIncomingBitrateBps: number;
  /** The server's own bounds. */
  readonly policy: MediaPolicy;
  readonly listener: RoomMediaListener;
  /** Null if this node has no reencoding. */
  readonly openReencoding: ((objects: RoomReencodingObjects) => RoomReencoding) | null;
  /** Null without other nodes. */
  readonly openNodes: ((objects: RoomNodesObjects) => RoomNodes) | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onClosed: () => void;
}

/** Plans a room's media, applies the steps, and plans again whenever something changes. */
export class LiveRoomMedia implements RoomMedia {
  readonly #options: LiveRoomMediaOptions;
  readonly #views = new Map<ParticipantId, ViewerView>();
  readonly #sessions: RoomSessions;
  readonly #producers: RoomProducers;
  readonly #routers: RoomRouters;
  readonly #speakers: Speakers;
  readonly #keyframes: KeyframeCoordinator;
  readonly #layerWishes: LayerWishes;
  readonly #quality: QualityWatch;
  readonly #sendRates: SendRateWatch;
  readonly #closedConsumers: ClosedConsumers;
  readonly #restedConsumers: RestedConsumers;
  readonly #reencoding: RoomReencoding | null;
  readonly #nodes: RoomNodes | null;
  readonly #applier: StepApplier;
  readonly #loop: ReconcileLoop;
  #memo = new PlanMemo();
  #room: RoomState = EMPTY_ROOM;
  #closed = false;

  constructor(options: LiveRoomMediaOptions) {
    this.#options = options;
    const { clock, listener, logger } = options;
    const participantOf = (producerId: string) => this.#producers.byId(producerId)?.participantId ?? null;
    const places = (): number | null => this.#policy.loudestN;
    const told = (): number => this.#sessions.viewers.size;
    this.#speakers = new Speakers(clock, participantOf, places, told, listener.activeSpeakersChanged.bind(listener));
    this.#routers = new RoomRouters(options.slots, options.workerCapacity, {
      volumes: (routerId, volumes) => {
        if (this.#speakers.heard(routerId, volumes)) this.#reconcile();
      },
      dominantSpeaker: (producerId) => {
        if (this.#speakers.dominates(producerId)) this.#reconcile();
      },
      closed: (router) => this.#routerClosed(router),
    });
    const room = (): RoomState => this.#room;
    this.#sessions = new RoomSessions({ ...options, routers: this.#routers, room, opened: (m) => this.#opened(m) });
    this.#producers = new RoomProducers({
      sessions: this.#sessions,
      room,
      logger,
      produced: (producer) => this.#produced(producer),
      closed: (producer) => this.#producerClosed(producer),
      settled: () => this.#reconcile(),
      clock,
    });
    const { viewers } = this.#sessions;
    this.#nodes =
      options.openNodes?.({
        room,
        sources: this.#producers.sources,
        byId: (producerId) => this.#producers.byId(producerId),
        reencodings: () => this.#reencoding?.live().values() ?? [],
        enter: () => this.#routers.enterForPipe(viewers, room()),
        leave: (router) => this.#routers.leave(router),
        opened: (twin) => this.#twinOpened(twin),
        changed: () => this.#reconcile(),
      }) ?? null;
    const isElsewhere = (nodeId: NodeId) => this.#nodes?.demands.has(nodeId) === true;
    this.#keyframes = new KeyframeCoordinator(clock, viewers, room, isElsewhere, () => this.#reconcile());
    this.#layerWishes = new LayerWishes(clock, listener);
    this.#quality = new QualityWatch(clock, viewers, this.#producers.sources, listener);
    this.#sendRates = new SendRateWatch({
      sources: () => this.#producers.ofPublishers(),
      layerWishes: this.#layerWishes,
      maxBitrateBps: options.maxIncomingBitrateBps,
      released: () => this.#reconcile(),
      clock,
      logger,
    });
    this.#closedConsumers = new ClosedConsumers(({ participantId, session }, consumerIds) =>
      listener.consumersClosed(participantId, session, consumerIds),
    );
    this.#restedConsumers = new RestedConsumers(clock, () => {
      // Time alone has changed them: everything is planned.
      this.#memo = new PlanMemo();
      this.#reconcile();
    });
    this.#loop = new ReconcileLoop(clock, logger, () => this.#runPass());
    this.#reencoding =
      options.openReencoding?.({
        sources: this.#producers.sources,
        viewers,
        room,
        elsewhere: this.#nodes,
        register: (producer) => this.#producers.register(producer),
        changed: () => this.#reconcile(),
        servedChanged: (trackIds) => listener.reencodingChanged(trackIds),
      }) ?? null;
    this.#applier = new StepApplier(this.#mediaObjects(), new PipePairs(), this.#layerWishes, listener, clock, logger);
  }

  update(room: RoomState): void {
    this.#room = room;
    this.#producers.silenceMuted();
    for (const participantId of this.#sessions.closeReplaced()) this.#views.delete(participantId);
    for (const participantId of this.#views.keys()) {
      if (!room.participants.has(participantId)) this.#views.delete(participantId);
    }
    this.#speakers.keepOnly((participantId) => room.participants.has(participantId));
    this.#nodes?.update();
    this.#reconcile();
  }

  async openTransports(
    participantId: ParticipantId,
    session: number,
    rtpCapabilities: RtpCapabilities,
    expected: readonly ExpectedMedia[] = [],
    options: OpeningOptions = {},
  ): Promise<OpenedTransports> {
    const opening = this.#sessions.open(participantId, session, rtpCapabilities, options);
    this.#reconcile(); // Its former media closed.
    const transports = await opening;
    return { ...transports, producing: await this.#producers.expect(participantId, session, expected) };
  }

  prepareTransports(): PreparedTransports {
    return this.#sessions.prepare();
  }

  async connectTransport(
    participantId: ParticipantId,
    session: number,
    transportId: string,
    dtlsParameters: DtlsParameters,
  ): Promise<void> {
    await this.#sessions.mediaOf(participantId, session).connect(transportId, dtlsParameters);
  }

  async restartIce(participantId: ParticipantId, session: number, transportId: string): Promise<IceParameters> {
    return await this.#sessions.mediaOf(participantId, session).restartIce(transportId);
  }

  produce(
    participantId: ParticipantId,
    session: number,
    trackId: TrackId,
    rtpParameters: RtpParameters,
  ): Promise<{ readonly producerId: string }> {
    return this.#producers.produce(participantId, session, trackId, rtpParameters);
  }

  promote(participantId: ParticipantId, session: number): boolean {
    const media = this.#sessions.promote(participantId, session);
    if (!media) return false;
    for (const producer of this.#producers.promoted(media)) this.#quality.watchProducer(producer);
    this.#reconcile();
    return true;
  }

  setView(participantId: ParticipantId, session: number, view: ViewerView): void {
    this.#sessions.assertCurrent(participantId, session);
    this.#views.set(participantId, view);
    this.#reconcile();
  }

  shown(participantId: ParticipantId, session: number, consumerIds: readonly string[]): void {
    for (const consumer of this.#sessions.mediaOf(participantId, session).consumers.values()) {
      if (consumerIds.includes(consumer.consumerId)) consumer.clientShows();
    }
  }

  keep(participantId: ParticipantId, session: number): void {
    this.#sessions.keep(participantId, session);
  }

  isWatchedElsewhere(participantId: ParticipantId): boolean {
    const own = [...this.#producers.all()].filter((producer) => producer.participantId === participantId);
    return own.some(({ producerId }) => this.#nodes?.isPulled(producerId) === true);
  }

  closeParticipant(participantId: ParticipantId, session: number): void {
    if (!this.#sessions.end(participantId, session)) return;
    this.#views.delete(participantId);
    this.#reconcile();
  }

  reencodedTracks(): readonly TrackId[] {
    return this.#reencoding?.served ?? [];
  }

  inventory(): MediaInventory {
    return inventoryOf(this.#producers, this.#sessions.viewers);
  }

  report(wish: ReportWish): Promise<RoomMediaReport> {
    return reportRoom(this.#producers, this.#sessions.viewers, wish);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#restedConsumers.stop();
    this.#producers.stop();
    this.#speakers.close();
    this.#keyframes.close();
    this.#layerWishes.close();
    this.#quality.close();
    this.#sendRates.close();
    this.#reencoding?.close();
    this.#nodes?.close();
    this.#sessions.close();
    await this.#routers.close();
    await this.#loop.close();
    this.#options.onClosed();
  }

  get #policy(): MediaPolicy {
    return policyOf(this.#room.settings.mediaBounds, this.#options.policy);
  }

  async #runPass(): Promise<number> {
    this.#reencoding?.updateWanted();
    const live: LiveMedia = {
      nodeId: this.#options.nodeId,
      producers: this.#producers.sources,
      standbys: this.#producers.readyStandbys(),
      reencodings: this.#reencoding?.live() ?? new Map(),
      toReencode: this.#reencoding?.wanted ?? new Set(),
      viewers: this.#sessions.viewers,
      recentSpeakers: this.#speakers.recent,
      twins: this.#nodes?.twins ?? new Map(),
      offers: this.#nodes?.offers ?? new Map(),
      demands: this.#nodes?.demands ?? new Map(),
    };
    const steps = planMedia(this.#room, this.#views, live, this.#policy, this.#memo);
    for (const viewer of this.#sessions.viewers.values()) viewer.planned = true;
    this.#keyframes.planned();
    const failed = steps.length === 0 ? 0 : await this.#applier.apply(steps);
    if (!this.#closed) this.#restedConsumers.closeLater(this.#room, this.#policy);
    this.#releaseReady();
    this.#reencoding?.planApplied();
    this.#nodes?.planApplied();
    return failed;
  }

  #reconcile(): void {
    this.#loop.request();
  }

  #releaseReady(): void {
    if (!this.#closed) this.#keyframes.releaseReady();
  }

  #opened(media: ParticipantMedia): void {
    media.recv.on('dtlsstatechange', (state) => {
      if (state === 'connected') this.#releaseReady();
    });
    media.send.on('dtlsstatechange', (state) => {
      if (state === 'connected' && media.standby) this.#reconcile();
    });
    this.#quality.watchParticipant(media);
    this.#reconcile();
  }

  #produced(producer: SourceProducer): void {
    if (producer.waitsForViewers) this.#keyframes.holdBack(producer);
    if (!producer.standby) this.#quality.watchProducer(producer);
    this.#sendRates.produced(producer);
    watchLevels(producer, this.#options.logger);
    this.#reconcile();
  }

  #twinOpened(twin: TwinProducer): void {
    this.#producers.register(twin);
    if (twin.waitsForViewers) this.#keyframes.holdBack(twin);
    watchLevels(twin, this.#options.logger);
  }

  #producerClosed(producer: MediaProducer): void {
    this.#keyframes.forget(producer);
    this.#nodes?.forgetProducer(producer.producerId);
    this.#layerWishes.forget(producer);
    this.#reconcile();
  }

  #consumerOpened(viewer: ParticipantMedia, consumer: ViewerConsumer): void {
    const { producerId } = consumer;
    viewer.consumers.set(producerId, consumer);
    viewer.changed();
    viewer.router.slot.consumers += 1;
    this.#quality.watchConsumer(consumer);
    consumer.consumer.observer.once('close', () => {
      viewer.router.slot.consumers -= 1;
      if (viewer.consumers.get(producerId) === consumer) viewer.consumers.delete(producerId);
      viewer.changed();
      if (!viewer.closed) this.#closedConsumers.add(viewer, consumer.consumerId);
      this.#reconcile();
    });
  }

  #routerClosed(router: RoomRouter): void {
    this.#speakers.forgetRouter(router.id);
    if (router.closedOnPurpose) return;
    for (const lost of this.#sessions.takeLost(router)) {
      void renewMedia(lost, this.#sessions, this.#producers, this.#options.listener);
    }
    this.#reconcile();
  }

  #hasRenditions(trackId: TrackId): boolean {
    const twins = this.#nodes?.twins.get(trackId)?.length ?? 0;
    if (twins + (this.#producers.sources.has(trackId) ? 1 : 0) > 1) return true;
    return this.#reencoding?.hasAttachments(trackId) === true;
  }

  #mediaObjects(): MediaObjects {
    return {
      producer: (producerId) => this.#producers.byId(producerId),
      source: (trackId) => this.#producers.sources.get(trackId),
      viewers: this.#sessions.viewers,
      router: (routerId) => this.#routers.byId(routerId),
      isMuted: (producer) => this.#producers.trackOf(producer)?.muted !== false,
      hasRenditions: (trackId) => this.#hasRenditions(trackId),
      nodes: this.#nodes,
      closeParticipant: (participantId) => this.#sessions.drop(participantId),
      consumerOpened: (viewer, consumer) => this.#consumerOpened(viewer, consumer),
      readinessChanged: () => this.#releaseReady(),
      planChanged: () => this.#reconcile(),
      shown: (viewer, consumer) => {
        if (this.#reencoding?.hasAttachments(consumer.trackId)) this.#reencoding.shown(viewer, consumer);
        this.#reconcile();
      },
    };
  }
}
