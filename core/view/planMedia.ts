import type { ParticipantId, RoomState, Track, TrackId } from '../room/state.ts';
import type { ConsumerToOpen, LiveMedia, LiveProducer, LiveViewer, MediaPolicy, MediaStep } from './mediaSteps.ts';
import { publicationsOf, type Subscription, subscriptionsOf } from './subscriptions.ts';
import type { Views } from './view.ts';

/**
 * The steps from the media objects of this node to those that the record and the views ask for. Pure and idempotent: once
 * the steps are applied, planning again gives none. With nothing live it is recovery [M1].
 */
export function planMedia(room: RoomState, views: Views, live: LiveMedia, policy: MediaPolicy): MediaStep[] {
  const participants = room.status === 'open' ? room.participants : new Map<ParticipantId, never>();
  const present: RoomState = { ...room, participants };
  const plan = new Plan();

  for (const participantId of live.viewers.keys()) {
    if (!participants.has(participantId)) plan.closing.push({ type: 'closeParticipant', participantId });
  }
  for (const [trackId, producer] of live.producers) {
    planProducer(trackId, producer, trackOf(present, trackId, producer), plan);
  }

  const publications = publicationsOf(present, live, policy);
  const demand = new Demand();
  for (const [viewerId, viewer] of live.viewers) {
    if (!participants.has(viewerId)) continue;
    const subscriptions = subscriptionsOf(viewerId, views.get(viewerId) ?? null, viewer, publications);
    planViewer(viewerId, viewer, subscriptions, plan);
    for (const subscription of subscriptions) demand.add(subscription, viewer);
  }

  for (const { publisherId, track, producer } of publications.tracks) {
    planPipes(track.id, producer, demand.routersOf(track.id), plan);
    if (track.kind === 'video') {
      const maxSpatialLayer = someoneIsOnTheWay(present, live, publisherId)
        ? producer.layers.heights.length - 1
        : demand.maxSpatialLayerOf(track.id);
      if (producer.wantedLayer !== maxSpatialLayer) {
        plan.telling.push({ type: 'wantLayers', publisherId, trackId: track.id, maxSpatialLayer });
      }
    }
  }
  return plan.steps();
}

function trackOf(room: RoomState, trackId: TrackId, producer: LiveProducer): Track | undefined {
  return room.participants.get(producer.participantId)?.tracks.get(trackId);
}

/** Only the record mutes and unmutes; holding may keep a producer paused for longer, never less [M2]. */
function planProducer(trackId: TrackId, producer: LiveProducer, track: Track | undefined, plan: Plan): void {
  if (!track) {
    plan.closing.push({ type: 'closeProducer', trackId });
    return;
  }
  const paused = track.muted || producer.held;
  if (paused && !producer.paused) plan.closing.push({ type: 'pauseProducer', trackId });
  if (!paused && producer.paused) plan.resuming.push({ type: 'resumeProducer', trackId });
}

function planViewer(
  viewerId: ParticipantId,
  viewer: LiveViewer,
  subscriptions: readonly Subscription[],
  plan: Plan,
): void {
  const wanted = new Map(subscriptions.map((subscription) => [subscription.trackId, subscription]));
  const toClose = [...viewer.consumers].filter(
    ([trackId, consumer]) => wanted.get(trackId)?.producer.producerId !== consumer.producerId,
  );
  const toPause: TrackId[] = [];
  const toResume: TrackId[] = [];
  const toOpen: ConsumerToOpen[] = [];

  for (const { trackId, producer, paused, preferredLayers, priority } of subscriptions) {
    const consumer = viewer.consumers.get(trackId);
    if (!consumer || consumer.producerId !== producer.producerId) {
      toOpen.push({ trackId, producerId: producer.producerId, paused, preferredLayers, priority });
      continue;
    }
    if (paused && !consumer.paused) toPause.push(trackId);
    if (!paused && consumer.paused) toResume.push(trackId);
    if (preferredLayers && !sameLayers(preferredLayers, consumer.preferredLayers)) {
      plan.tuning.push({ type: 'setPreferredLayers', viewerId, trackId, preferredLayers });
    }
    if (priority !== consumer.priority) plan.tuning.push({ type: 'setPriority', viewerId, trackId, priority });
  }

  if (toClose.length > 0) {
    plan.closing.push({ type: 'closeConsumers', viewerId, trackIds: toClose.map(([trackId]) => trackId) });
  }
  if (toPause.length > 0) plan.closing.push({ type: 'pauseConsumers', viewerId, trackIds: toPause });
  if (toOpen.length > 0) plan.opening.push({ type: 'openConsumers', viewerId, tracks: toOpen });
  if (toResume.length > 0) plan.tuning.push({ type: 'resumeConsumers', viewerId, trackIds: toResume });
}

function planPipes(trackId: TrackId, producer: LiveProducer, routers: ReadonlySet<string>, plan: Plan): void {
  for (const routerId of routers) {
    if (!producer.pipedTo.has(routerId)) plan.piping.push({ type: 'openPipe', trackId, routerId });
  }
  for (const routerId of producer.pipedTo) {
    if (!routers.has(routerId)) plan.unpiping.push({ type: 'closePipe', trackId, routerId });
  }
}

/**
 * A connected participant without transports is building them: what it wants is unknown, and switching layers off for the
 * moment would cost it the first frames.
 */
function someoneIsOnTheWay(room: RoomState, live: LiveMedia, publisherId: ParticipantId): boolean {
  for (const participant of room.participants.values()) {
    if (participant.id !== publisherId && participant.connected && !live.viewers.has(participant.id)) return true;
  }
  return false;
}

function sameLayers(a: Subscription['preferredLayers'], b: Subscription['preferredLayers']): boolean {
  return a?.spatialLayer === b?.spatialLayer && a?.temporalLayer === b?.temporalLayer;
}

/** What the viewers together ask of each track. */
class Demand {
  readonly #routers = new Map<TrackId, Set<string>>();
  readonly #maxSpatialLayers = new Map<TrackId, number>();

  add(subscription: Subscription, viewer: LiveViewer): void {
    const { trackId, producer, wanted, preferredLayers } = subscription;
    if (viewer.routerId !== producer.routerId) {
      const routers = this.#routers.get(trackId) ?? new Set();
      this.#routers.set(trackId, routers.add(viewer.routerId));
    }
    // A muted track counts: its publisher must be ready to send at once when it unmutes.
    if (!wanted || !preferredLayers) return;
    const layer = Math.min(preferredLayers.spatialLayer, producer.layers.heights.length - 1);
    this.#maxSpatialLayers.set(trackId, Math.max(layer, this.maxSpatialLayerOf(trackId)));
  }

  routersOf(trackId: TrackId): ReadonlySet<string> {
    return this.#routers.get(trackId) ?? new Set();
  }

  maxSpatialLayerOf(trackId: TrackId): number {
    return this.#maxSpatialLayers.get(trackId) ?? -1;
  }
}

/** Steps by the moment at which they are due: silence comes first, sound last. */
class Plan {
  readonly closing: MediaStep[] = [];
  readonly piping: MediaStep[] = [];
  readonly opening: MediaStep[] = [];
  readonly tuning: MediaStep[] = [];
  readonly resuming: MediaStep[] = [];
  readonly unpiping: MediaStep[] = [];
  readonly telling: MediaStep[] = [];

  steps(): MediaStep[] {
    return [
      ...this.closing,
      ...this.piping,
      ...this.opening,
      ...this.tuning,
      ...this.resuming,
      ...this.unpiping,
      ...this.telling,
    ];
  }
}
