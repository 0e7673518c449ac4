import { kindOf } from '../../core/room/queries.ts';
import type { NodeId, ParticipantId, RoomState, TrackId, TrackSource } from '../../core/room/state.ts';
import { EMPTY_ROOM } from '../../core/room/state.ts';
import type {
  LiveConsumer,
  LiveMedia,
  LiveProducer,
  LiveReencoding,
  LiveTwin,
  LiveViewer,
  MediaPolicy,
  MediaStep,
  OfferedProducer,
} from '../../core/view/mediaSteps.ts';
import { planMedia } from '../../core/view/planMedia.ts';
import { producersOf } from '../../core/view/renditions.ts';
import type { ShownTiles, Tile, ViewerView } from '../../core/view/view.ts';
import { aParticipant, aTrack } from './people.ts';

/** Media as plain data, and the effect of a plan's steps on them. */

export const EVERYTHING: MediaPolicy = { lastN: null, loudestN: null, lastScreens: null, pageSize: 12 };
const SIMULCAST = { heights: [180, 360, 720], temporalLayers: 3 };

/** Returns a room, described by a table of who publishes what, and of who is on which node (`node-1` by default). */
export function roomOf(
  published: Record<ParticipantId, readonly TrackSource[]>,
  nodes: Record<ParticipantId, NodeId> = {},
): RoomState {
  const participants = Object.entries(published).map(([id, sources], index) => {
    const tracks = sources.map((source) => aTrack({ id: `${id}-${source}`, source, kind: kindOf(source) }));
    return aParticipant(id, {
      session: index + 1,
      sessionCommandId: `join-${id}`,
      nodeId: nodes[id] ?? 'node-1',
      tracks: new Map(tracks.map((track) => [track.id, track])),
    });
  });
  return {
    ...EMPTY_ROOM,
    status: 'open',
    participants: new Map(participants.map((participant) => [participant.id, participant])),
  };
}

export function mute(room: RoomState, trackId: TrackId): RoomState {
  const participants = mapValues(room.participants, (participant) => ({
    ...participant,
    tracks: mapValues(participant.tracks, (track) => (track.id === trackId ? { ...track, muted: true } : track)),
  }));
  return { ...room, participants };
}

/** Returns media in which everybody on the node has transports and producers, and nobody consumes yet. */
export function liveOf(
  room: RoomState,
  {
    heldBack = false,
    routers = {},
    nodeId = 'node-1',
  }: { heldBack?: boolean; routers?: Record<ParticipantId, string>; nodeId?: NodeId } = {},
): LiveMedia {
  const participants = [...room.participants.values()].filter((participant) => participant.nodeId === nodeId);
  const producers = participants.flatMap(({ id, tracks }) =>
    [...tracks.values()].map((track): [TrackId, LiveProducer] => [
      track.id,
      {
        producerId: `producer of ${track.id}${onNode(nodeId)}`,
        trackId: track.id,
        participantId: id,
        routerId: routers[id] ?? 'one',
        paused: true,
        heldBack: heldBack && track.kind === 'video',
        promotedLately: false,
        layers: track.kind === 'video' ? SIMULCAST : { heights: [], temporalLayers: 1 },
        codec: track.kind === 'video' ? 'VP8' : null,
        wantedLayer: null,
        pipedTo: new Set(),
      },
    ]),
  );
  const viewers = participants.map(({ id }): [ParticipantId, LiveViewer] => [
    id,
    {
      revision: 0,
      routerId: routers[id] ?? 'one',
      standby: false,
      consumers: new Map(),
      undecodable: new Set(),
      receives: new Set(['VP8']),
    },
  ]);
  return {
    nodeId,
    producers: new Map(producers),
    standbys: new Map(),
    reencodings: new Map(),
    toReencode: new Set(),
    viewers: new Map(viewers),
    recentSpeakers: [],
    twins: new Map(),
    offers: new Map(),
    demands: new Map(),
  };
}

export function settled(room: RoomState, views: ReadonlyMap<ParticipantId, ViewerView>): LiveMedia {
  const live = liveOf(room);
  return applied(live, planMedia(room, views, live, EVERYTHING));
}

/** Returns what mediasoup would have after these steps. No consumer shows a picture yet. */
export function applied(live: LiveMedia, steps: readonly MediaStep[]): LiveMedia {
  let producers = new Map(live.producers);
  let standbys = new Map(live.standbys);
  let reencodings = new Map(live.reencodings);
  let twins = new Map(live.twins);
  let offers = new Map(live.offers);
  const viewers = new Map(live.viewers);
  const changeProducer = (producerId: string, change: Partial<LiveProducer>): void => {
    const changed = (producer: LiveProducer): LiveProducer =>
      producer.producerId === producerId ? { ...producer, ...change } : producer;
    producers = mapValues(producers, changed);
    standbys = mapValues(standbys, changed);
    reencodings = mapValues(reencodings, (list) => list.map((one) => ({ ...one, producer: changed(one.producer) })));
    changeTwin(producerId, change);
  };
  const changeTwin = (producerId: string, change: Partial<LiveTwin>): void => {
    twins = mapValues(twins, (list) =>
      list.map((one) => (one.producerId === producerId ? { ...one, ...change } : one)),
    );
  };
  const changeOffer = (producerId: string, change: Partial<OfferedProducer>): void => {
    const changed = (offer: OfferedProducer): OfferedProducer =>
      offer.producerId === producerId ? { ...offer, ...change } : offer;
    offers = mapValues(offers, (list) => list.map(changed));
  };
  /** Closes producers together with everything made of them. */
  const closeWhere = (closes: (producer: LiveProducer) => boolean): void => {
    producers = new Map([...producers].filter(([, producer]) => !closes(producer)));
    standbys = new Map([...standbys].filter(([, producer]) => !closes(producer)));
    twins = withoutEmpty(mapValues(twins, (list) => list.filter((twin) => !closes(twin))));
    reencodings = new Map(
      [...reencodings].flatMap(([trackId, list]) => {
        const left = producers.has(trackId) ? list.filter(({ producer }) => !closes(producer)) : [];
        return left.length > 0 ? [[trackId, left]] : [];
      }),
    );
  };
  const changeConsumer = (viewerId: ParticipantId, producerId: string, change: Partial<LiveConsumer>): void => {
    const viewer = viewers.get(viewerId);
    const consumer = viewer?.consumers.get(producerId);
    if (!viewer || !consumer) throw new Error(`no consumer of ${producerId} at ${viewerId}`);
    const consumers = new Map(viewer.consumers).set(producerId, { ...consumer, ...change });
    viewers.set(viewerId, { ...viewer, consumers });
  };
  for (const step of steps) {
    switch (step.type) {
      case 'closeParticipant':
        viewers.delete(step.participantId);
        closeWhere(({ participantId }) => participantId === step.participantId);
        break;
      case 'closeProducer':
        closeWhere(({ producerId }) => producerId === step.producerId);
        break;
      case 'pauseProducer':
        changeProducer(step.producerId, { paused: true });
        break;
      case 'resumeProducer':
        changeProducer(step.producerId, { paused: false });
        break;
      case 'openPipe':
      case 'closePipe': {
        const all = producersOf({ producers, standbys, reencodings, twins });
        const pipedTo = new Set([...all].find(({ producerId }) => producerId === step.producerId)?.pipedTo);
        if (step.type === 'openPipe') pipedTo.add(step.routerId);
        else pipedTo.delete(step.routerId);
        changeProducer(step.producerId, { pipedTo });
        break;
      }
      case 'openConsumers': {
        const viewer = viewers.get(step.viewerId);
        if (!viewer) throw new Error(`no viewer ${step.viewerId}`);
        const opened = step.consumers.map((consumer): [string, LiveConsumer] => [
          consumer.producerId,
          { ...consumer, flowing: false, pausedAt: nextMoment(viewer), rested: false },
        ]);
        viewers.set(step.viewerId, { ...viewer, consumers: new Map([...viewer.consumers, ...opened]) });
        break;
      }
      case 'closeConsumers': {
        const viewer = viewers.get(step.viewerId);
        if (!viewer) throw new Error(`no viewer ${step.viewerId}`);
        const left = [...viewer.consumers].filter(([producerId]) => !step.producerIds.includes(producerId));
        viewers.set(step.viewerId, { ...viewer, consumers: new Map(left) });
        break;
      }
      case 'pauseConsumers':
      case 'resumeConsumers':
        for (const producerId of step.producerIds) {
          changeConsumer(step.viewerId, producerId, {
            paused: step.type === 'pauseConsumers',
            flowing: false,
            ...(step.type === 'pauseConsumers' && { pausedAt: nextMoment(viewers.get(step.viewerId)) }),
          });
        }
        break;
      case 'setPreferredLayers':
        changeConsumer(step.viewerId, step.producerId, { preferredLayers: step.preferredLayers });
        break;
      case 'setPriority':
        changeConsumer(step.viewerId, step.producerId, { priority: step.priority });
        break;
      case 'wantLayers': {
        const source = producers.get(step.trackId);
        if (source) changeProducer(source.producerId, { wantedLayer: step.maxSpatialLayer });
        break;
      }
      case 'pullTrack':
        changeOffer(step.producerId, { pull: 'underway' });
        break;
      case 'demandLayers':
        changeOffer(step.producerId, { wantedLayer: step.maxSpatialLayer, unreceivable: step.unreceivable });
        break;
      case 'keepTrack':
      case 'dropTrack':
        changeTwin(step.producerId, { dropping: step.type === 'dropTrack' });
        break;
    }
  }
  return { ...live, producers, standbys, reencodings, viewers, twins, offers };
}

function nextMoment(viewer: LiveViewer | undefined): number {
  return 1 + Math.max(0, ...[...(viewer?.consumers.values() ?? [])].map(({ pausedAt }) => pausedAt));
}

/** What a viewer shows: these tiles, and after them perhaps these tracks. */
export function viewOf(tiles: Iterable<readonly [TrackId, Tile]>, near: readonly TrackId[] | null = []): ShownTiles {
  return { tiles: new Map(tiles), near };
}

/**
 * Returns the same media after these participants' sessions went elsewhere: here they only stand by. `crossing`: what
 * they send there comes here too.
 */
export function standingBy(live: LiveMedia, participantIds: readonly ParticipantId[], crossing = false): LiveMedia {
  const standsBy = ({ participantId }: LiveProducer): boolean => participantIds.includes(participantId);
  const standbys = new Map([...live.producers].filter(([, producer]) => standsBy(producer)));
  const isHere = ([trackId]: [TrackId, unknown]): boolean => crossing || !standbys.has(trackId);
  return {
    ...live,
    producers: new Map([...live.producers].filter(isHere)),
    reencodings: new Map([...live.reencodings].filter(isHere)),
    standbys: mapValues(standbys, (producer) =>
      crossing ? { ...asFresh(producer), producerId: `standby of ${producer.trackId}` } : producer,
    ),
    viewers: new Map(
      [...live.viewers].map(([id, viewer]) => [
        id,
        participantIds.includes(id) ? { ...viewer, standby: true } : viewer,
      ]),
    ),
  };
}

/** Returns the media after every twin under way has opened, and those that nobody looks at have closed. */
export function pulled(live: LiveMedia): LiveMedia {
  const kept = withoutEmpty(mapValues(live.twins, (list) => list.filter(({ dropping }) => !dropping)));
  const offers = mapValues(live.offers, (list) =>
    list.map((offer): OfferedProducer => {
      if (offer.pull !== 'underway') return offer;
      const { nodeId, producerId, trackId, participantId, phase, layers } = offer;
      kept.set(trackId, [
        ...(kept.get(trackId) ?? []),
        {
          producerId,
          trackId,
          participantId,
          phase,
          layers,
          origin: nodeId,
          dropping: false,
          routerId: 'one',
          paused: true,
          heldBack: false,
          promotedLately: false,
          codec: null,
          wantedLayer: null,
          pipedTo: new Set(),
        },
      ]);
      return { ...offer, pull: 'possible' };
    }),
  );
  return { ...live, twins: kept, offers };
}

function withoutEmpty<K, V>(lists: ReadonlyMap<K, readonly V[]>): Map<K, readonly V[]> {
  return new Map([...lists].filter(([, list]) => list.length > 0));
}

/** Returns the media after every picture under way has arrived. */
export function shown(live: LiveMedia): LiveMedia {
  return {
    ...live,
    viewers: mapValues(live.viewers, (viewer) => ({
      ...viewer,
      consumers: mapValues(viewer.consumers, (consumer) => ({ ...consumer, flowing: !consumer.paused })),
    })),
  };
}

/** Plans, applies and shows until nothing is left to do, which takes few passes. */
export function converged(
  room: RoomState,
  views: ReadonlyMap<ParticipantId, ViewerView>,
  live: LiveMedia,
  policy: MediaPolicy,
): LiveMedia {
  let now = live;
  for (let pass = 0; pass < 4; pass += 1) now = shown(applied(now, planMedia(room, views, now, policy)));
  if (planMedia(room, views, now, policy).length > 0) throw new Error('planning does not come to an end');
  return now;
}

/** Each node has producers of its own. */
function onNode(nodeId: NodeId): string {
  return nodeId === 'node-1' ? '' : ` on ${nodeId}`;
}

export function asFresh(producer: LiveProducer): LiveProducer {
  return { ...producer, paused: true, pipedTo: new Set<string>() };
}

/** Adds a sidecar's producers of the track, oldest first. */
export function reencoded(live: LiveMedia, trackId: TrackId, ...phases: readonly LiveReencoding['phase'][]): LiveMedia {
  const source = live.producers.get(trackId);
  if (!source) return live;
  const before = live.reencodings.get(trackId) ?? [];
  const list = phases.map((phase, index): LiveReencoding => {
    const fresh = {
      ...asFresh(source),
      producerId: `reencoding ${index} of ${trackId}${onNode(live.nodeId)}`,
      heldBack: false,
    };
    return { producer: before[index]?.producer ?? fresh, phase };
  });
  return { ...live, reencodings: new Map(live.reencodings).set(trackId, list), toReencode: new Set([trackId]) };
}

/** Returns the producers of a track that a viewer receives now. */
export function carriedBy(live: LiveMedia, viewerId: ParticipantId, trackId: TrackId): string[] {
  const consumers = [...(live.viewers.get(viewerId)?.consumers.values() ?? [])];
  return consumers
    .filter((consumer) => consumer.trackId === trackId && !consumer.paused)
    .map((one) => one.producerId)
    .sort();
}

export function mapValues<K, V, R>(map: ReadonlyMap<K, V>, change: (value: V) => R): Map<K, R> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
