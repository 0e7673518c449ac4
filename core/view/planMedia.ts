import type { ParticipantId, RoomState, Track } from '../room/state.ts';
import type {
  ConsumerToOpen,
  LiveMedia,
  LiveProducer,
  LiveViewer,
  MediaPolicy,
  MediaStep,
  PreferredLayers,
  ProducerId,
  TrackLayers,
} from './mediaSteps.ts';
import { type Publications, publicationsOf } from './publications.ts';
import { producersOf, renditionFor } from './renditions.ts';
import { selectionOf } from './selection.ts';
import { type Subscription, subscriptionsOf, type Wish, wishesOf } from './subscriptions.ts';
import type { Views } from './view.ts';

/**
 * Returns the steps from this node's media objects to those that the record and the views need. Pure and idempotent:
 * after the steps are applied, planning again gives none. With no live objects it is recovery [M1].
 */
export function planMedia(room: RoomState, views: Views, live: LiveMedia, policy: MediaPolicy): MediaStep[] {
  const participants = room.status === 'open' ? room.participants : new Map<ParticipantId, never>();
  const present: RoomState = { ...room, participants };
  const plan = new Plan();

  for (const participantId of live.viewers.keys()) {
    if (!participants.has(participantId)) plan.closing.push({ type: 'closeParticipant', participantId });
  }
  for (const producer of producersOf(live)) {
    planProducer(producer, participants.get(producer.participantId)?.tracks.get(producer.trackId), plan);
  }

  const publications = publicationsOf(present, live, policy);
  const demand = new Demand();
  for (const [viewerId, viewer] of live.viewers) {
    if (!participants.has(viewerId)) continue;
    const view = views.get(viewerId) ?? null;
    const selection = selectionOf(viewerId, view, publications);
    const subscriptions = subscriptionsOf(view, viewer, selection, publications);
    planViewer(viewerId, viewer, subscriptions, plan);
    for (const subscription of subscriptions) demand.add(subscription, viewer);
    for (const wish of wishesOf(view, viewer, selection)) demand.addWish(wish);
  }
  listenElsewhere(publications, live, demand);

  const onTheWay = peopleOnTheWay(present, live);
  for (const { publisherId, track, source, renditions } of publications.tracks) {
    for (const { producer } of renditions) planPipes(producer, demand.routersOf(producer.producerId), plan);
    // Whoever stands by is asked for layers when its pictures are needed.
    if (track.kind === 'video' && source) {
      // A sidecar takes the highest layer, and a viewer that falls back must find its own one flowing.
      const needsAll = live.toReencode.has(track.id) || renditions.length > 1;
      const maxSpatialLayer =
        needsAll || isSomeoneElse(onTheWay, publisherId)
          ? highestLayer(source)
          : Math.max(demand.maxSpatialLayerOf(source.producerId), layerWantedElsewhere(source, live));
      if (source.wantedLayer !== maxSpatialLayer) {
        plan.telling.push({ type: 'wantLayers', publisherId, trackId: track.id, maxSpatialLayer });
      }
    }
  }
  planOffers(present, live, onTheWay, demand, plan);
  for (const twins of live.twins.values()) {
    for (const { producerId, dropping } of twins) {
      const isNeeded = demand.needs(producerId);
      if (isNeeded && dropping) plan.piping.push({ type: 'keepTrack', producerId });
      if (!isNeeded && !dropping) plan.unpiping.push({ type: 'dropTrack', producerId });
    }
  }
  return plan.steps();
}

/** Tracks cross from other nodes while somebody here looks at them, and those nodes hear what people here look at. */
function planOffers(
  room: RoomState,
  live: LiveMedia,
  onTheWay: ReadonlySet<ParticipantId>,
  demand: Demand,
  plan: Plan,
): void {
  const undecodable = new Set<ProducerId>();
  if (live.offers.size > 0) {
    for (const viewer of live.viewers.values()) for (const id of viewer.undecodable) undecodable.add(id);
  }
  const here = new Set([...live.twins.values()].flat().map(({ producerId }) => producerId));
  for (const offers of live.offers.values()) {
    for (const offer of offers) {
      const { nodeId, producerId, participantId, trackId } = offer;
      const isPublished = room.participants.get(participantId)?.tracks.has(trackId) === true;
      if (demand.needs(producerId) && !here.has(producerId) && offer.pull === 'possible') {
        plan.piping.push({ type: 'pullTrack', nodeId, producerId });
      }
      if (offer.layers.heights.length === 0) continue;
      const maxSpatialLayer =
        isPublished && isSomeoneElse(onTheWay, participantId)
          ? highestLayer(offer)
          : demand.maxSpatialLayerOf(producerId);
      const unreceivable = undecodable.has(producerId);
      if (offer.wantedLayer === maxSpatialLayer && offer.unreceivable === unreceivable) continue;
      plan.telling.push({ type: 'demandLayers', nodeId, producerId, maxSpatialLayer, unreceivable });
    }
  }
}

/** Only the record mutes and unmutes; a producer that is held back may stay paused longer, never shorter [M2]. */
function planProducer(producer: LiveProducer, track: Track | undefined, plan: Plan): void {
  const { producerId } = producer;
  if (!track) {
    plan.closing.push({ type: 'closeProducer', producerId });
    return;
  }
  const paused = track.muted || producer.heldBack || (producer.standby && track.kind === 'video');
  if (paused && !producer.paused) plan.closing.push({ type: 'pauseProducer', producerId });
  if (!paused && producer.paused) plan.resuming.push({ type: 'resumeProducer', producerId });
}

function planViewer(
  viewerId: ParticipantId,
  viewer: LiveViewer,
  subscriptions: readonly Subscription[],
  plan: Plan,
): void {
  const wanted = new Set(subscriptions.map(({ producer }) => producer.producerId));
  const toClose = [...viewer.consumers.keys()].filter((producerId) => !wanted.has(producerId));
  const toPause: ProducerId[] = [];
  const toResume: ProducerId[] = [];
  const toOpen: ConsumerToOpen[] = [];

  for (const { trackId, producer, paused, synced, preferredLayers, priority } of subscriptions) {
    const { producerId } = producer;
    const consumer = viewer.consumers.get(producerId);
    if (consumer?.synced !== synced) {
      if (consumer) toClose.push(producerId);
      toOpen.push({ trackId, producerId, paused, synced, preferredLayers, priority });
      continue;
    }
    if (paused && !consumer.paused) toPause.push(producerId);
    if (!paused && consumer.paused) toResume.push(producerId);
    if (preferredLayers && !sameLayers(preferredLayers, consumer.preferredLayers)) {
      plan.tuning.push({ type: 'setPreferredLayers', viewerId, producerId, preferredLayers });
    }
    if (priority !== consumer.priority) plan.tuning.push({ type: 'setPriority', viewerId, producerId, priority });
  }

  if (toClose.length > 0) plan.closing.push({ type: 'closeConsumers', viewerId, producerIds: toClose });
  if (toPause.length > 0) plan.closing.push({ type: 'pauseConsumers', viewerId, producerIds: toPause });
  if (toOpen.length > 0) plan.opening.push({ type: 'openConsumers', viewerId, consumers: toOpen });
  if (toResume.length > 0) plan.tuning.push({ type: 'resumeConsumers', viewerId, producerIds: toResume });
}

function planPipes({ producerId, pipedTo }: LiveProducer, routers: ReadonlySet<string>, plan: Plan): void {
  for (const routerId of routers) {
    if (!pipedTo.has(routerId)) plan.piping.push({ type: 'openPipe', producerId, routerId });
  }
  for (const routerId of pipedTo) {
    if (!routers.has(routerId)) plan.unpiping.push({ type: 'closePipe', producerId, routerId });
  }
}

/**
 * The participants who are connected to this node and have no transports: they are building them. Their wishes are
 * unknown, and a layer switched off meanwhile would cost them the first frames.
 */
function peopleOnTheWay(room: RoomState, live: LiveMedia): ReadonlySet<ParticipantId> {
  const onTheWay = new Set<ParticipantId>();
  for (const { id, connected, nodeId } of room.participants.values()) {
    if (connected && nodeId === live.nodeId && !live.viewers.has(id)) onTheWay.add(id);
  }
  return onTheWay;
}

function isSomeoneElse(people: ReadonlySet<ParticipantId>, publisherId: ParticipantId): boolean {
  return people.size > (people.has(publisherId) ? 1 : 0);
}

/** Whoever is not listened to here would never be found to speak. */
function listenElsewhere({ bySource }: Publications, { viewers }: LiveMedia, demand: Demand): void {
  if (viewers.size === 0) return;
  for (const { publisherId, track, offers } of bySource.microphone) {
    if (track.muted) break; // They are last.
    const offer = offers.length === 0 ? null : renditionFor(offers)?.producer;
    if (offer && (viewers.size > 1 || !viewers.has(publisherId))) demand.addWish({ offer, preferredLayers: null });
  }
}

/** What the other nodes' viewers want. */
function layerWantedElsewhere(source: LiveProducer, { demands }: LiveMedia): number {
  let highest = -1;
  for (const wanted of demands.values()) {
    highest = Math.max(highest, wanted.get(source.producerId) ?? highestLayer(source));
  }
  return Math.min(highest, highestLayer(source));
}

function highestLayer({ layers }: { readonly layers: TrackLayers }): number {
  return layers.heights.length - 1;
}

function sameLayers(a: Subscription['preferredLayers'], b: Subscription['preferredLayers']): boolean {
  return a?.spatialLayer === b?.spatialLayer && a?.temporalLayer === b?.temporalLayer;
}

/** What all viewers on this node together need of each producer. */
class Demand {
  readonly #routers = new Map<ProducerId, Set<string>>();
  readonly #maxSpatialLayers = new Map<ProducerId, number>();
  readonly #needed = new Set<ProducerId>();

  add({ producer, wanted, chosen, paused, preferredLayers }: Subscription, viewer: LiveViewer): void {
    const { producerId } = producer;
    if (viewer.routerId !== producer.routerId) {
      const routers = this.#routers.get(producerId) ?? new Set();
      this.#routers.set(producerId, routers.add(viewer.routerId));
    }
    // A muted track counts: its publisher must be able to send at once after unmuting. So does a microphone that is not
    // heard: it is ready to be.
    const isLookedAt = wanted && !(viewer.standby && preferredLayers !== null);
    if (!paused || (chosen && (isLookedAt || preferredLayers === null))) this.#needed.add(producerId);
    if (wanted && !viewer.standby) this.#addLayers(producer, preferredLayers);
  }

  addWish({ offer, preferredLayers }: Wish): void {
    this.#needed.add(offer.producerId);
    this.#addLayers(offer, preferredLayers);
  }

  #addLayers(producer: Pick<LiveProducer, 'producerId' | 'layers'>, preferredLayers: PreferredLayers | null): void {
    if (!preferredLayers) return;
    const { producerId } = producer;
    const layer = Math.min(preferredLayers.spatialLayer, highestLayer(producer));
    this.#maxSpatialLayers.set(producerId, Math.max(layer, this.maxSpatialLayerOf(producerId)));
  }

  needs(producerId: ProducerId): boolean {
    return this.#needed.has(producerId);
  }

  routersOf(producerId: ProducerId): ReadonlySet<string> {
    return this.#routers.get(producerId) ?? new Set();
  }

  maxSpatialLayerOf(producerId: ProducerId): number {
    return this.#maxSpatialLayers.get(producerId) ?? -1;
  }
}

/** Sorts steps: those that silence come first, those that make things heard last. */
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
