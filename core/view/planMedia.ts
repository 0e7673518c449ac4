import type { ParticipantId, RoomState, Track } from '../room/state.ts';
import type { Demand } from './Demand.ts';
import type { LiveMedia, LiveProducer, MediaPolicy, MediaStep, ProducerId, TrackLayers } from './mediaSteps.ts';
import { PlanMemo } from './PlanMemo.ts';
import { type Publications, publicationsOf } from './publications.ts';
import { producersOf, renditionFor } from './renditions.ts';
import type { Views } from './view.ts';
import type { ViewerPlan } from './viewerPlan.ts';

/**
 * Returns the steps from this node's media objects to those that the record and the views need. Pure and idempotent:
 * after the steps are applied, planning again gives none. With no live objects it is recovery [M1]. With the memo of
 * the plan before, the result is the same, and only what changed is planned again.
 */
export function planMedia(
  room: RoomState,
  views: Views,
  live: LiveMedia,
  policy: MediaPolicy,
  memo: PlanMemo = new PlanMemo(),
): MediaStep[] {
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
  memo.begin(publications, (viewerId) => live.viewers.has(viewerId) && participants.has(viewerId));
  for (const [viewerId, viewer] of live.viewers) {
    if (participants.has(viewerId)) plan.addViewer(memo.planOf(viewerId, viewer, views.get(viewerId) ?? null));
  }
  const demand = new NodeDemand(memo.demand, listenedTo(publications, live));

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
  demand: NodeDemand,
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
  const paused = track.muted || producer.heldBack;
  if (paused && !producer.paused) plan.closing.push({ type: 'pauseProducer', producerId });
  if (!paused && producer.paused) plan.resuming.push({ type: 'resumeProducer', producerId });
}

function planPipes({ producerId, pipedTo }: LiveProducer, routers: ReadonlyMap<string, number>, plan: Plan): void {
  for (const routerId of [...routers.keys()].sort()) {
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
function listenedTo({ bySource }: Publications, { viewers }: LiveMedia): ReadonlySet<ProducerId> {
  const listened = new Set<ProducerId>();
  if (viewers.size === 0) return listened;
  for (const { publisherId, track, offers } of bySource.microphone) {
    if (track.muted) break; // They are last.
    const offer = offers.length === 0 ? null : renditionFor(offers)?.producer;
    if (offer && (viewers.size > 1 || !viewers.has(publisherId))) listened.add(offer.producerId);
  }
  return listened;
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

/** What this node needs: for its viewers, and to find out who speaks. */
class NodeDemand {
  readonly #ofViewers: Demand;
  readonly #listened: ReadonlySet<ProducerId>;

  constructor(ofViewers: Demand, listened: ReadonlySet<ProducerId>) {
    this.#ofViewers = ofViewers;
    this.#listened = listened;
  }

  needs(producerId: ProducerId): boolean {
    return this.#listened.has(producerId) || this.#ofViewers.needs(producerId);
  }

  routersOf(producerId: ProducerId): ReadonlyMap<string, number> {
    return this.#ofViewers.routersOf(producerId);
  }

  maxSpatialLayerOf(producerId: ProducerId): number {
    return this.#ofViewers.maxSpatialLayerOf(producerId);
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

  addViewer({ closing, opening, tuning }: ViewerPlan): void {
    this.closing.push(...closing);
    this.opening.push(...opening);
    this.tuning.push(...tuning);
  }

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
