import type { NodeId, ParticipantId, RoomState, TrackId } from '../../core/room/state.ts';
import type { LiveMedia, LiveTwin, MediaPolicy, OfferedProducer, ProducerId } from '../../core/view/mediaSteps.ts';
import { planMedia } from '../../core/view/planMedia.ts';
import type { ViewerView } from '../../core/view/view.ts';
import { applied, mapValues, pulled, shown } from './plannedMedia.ts';

/** The media of one room on each of its nodes. */
export type PlannedNodes = ReadonlyMap<NodeId, LiveMedia>;

const MOST_PASSES = 20;

/** Returns the nodes after each has planned once, and the number of steps that were taken. `seen`: after each step. */
export function passed(
  room: RoomState,
  views: ReadonlyMap<ParticipantId, ViewerView>,
  nodes: PlannedNodes,
  policy: MediaPolicy,
): { readonly nodes: PlannedNodes; readonly steps: number } {
  let steps = 0;
  const planned = mapValues(exchanged(nodes), (live) => {
    const plan = planMedia(room, views, live, policy);
    steps += plan.length;
    const after = applied(live, plan);
    const again = planMedia(room, views, after, policy);
    if (again.length > 0) throw new Error(`the plan is not idempotent: ${JSON.stringify(again)}`);
    return pulled(after);
  });
  return { nodes: planned, steps };
}

/** Plans on all nodes, lets them tell each other, and shows what arrived, until nothing is left to do. */
export function settledNodes(
  room: RoomState,
  views: ReadonlyMap<ParticipantId, ViewerView>,
  nodes: PlannedNodes,
  policy: MediaPolicy,
): PlannedNodes {
  let now = nodes;
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const after = passed(room, views, now, policy);
    now = mapValues(after.nodes, shown);
    if (after.steps === 0) return exchanged(now);
  }
  throw new Error('the nodes do not come to an end');
}

/** Returns the nodes after each has heard from all others what they have and want. */
export function exchanged(nodes: PlannedNodes): PlannedNodes {
  return mapValues(nodes, (live) => {
    const others = [...nodes.values()].filter(({ nodeId }) => nodeId !== live.nodeId);
    const offered = others.flatMap((other) => offersOf(other, live));
    const twins = mapValues(live.twins, (list) =>
      list.flatMap((twin): LiveTwin[] => {
        const offer = offered.find(({ producerId }) => producerId === twin.producerId);
        return offer ? [{ ...twin, phase: offer.phase }] : [];
      }),
    );
    const demands = others.map((other): [NodeId, ReadonlyMap<ProducerId, number>] => {
      const wanted = [...other.offers.values()]
        .flat()
        .flatMap(({ nodeId, producerId, wantedLayer }) =>
          nodeId === live.nodeId && wantedLayer !== null ? [[producerId, wantedLayer] as const] : [],
        );
      return [other.nodeId, new Map(wanted)];
    });
    return { ...live, twins, offers: byTrack(offered), demands: new Map(demands) };
  });
}

function offersOf(other: LiveMedia, live: LiveMedia): OfferedProducer[] {
  const known = [...live.offers.values()].flat();
  const sources = [...other.producers.values()].map((producer) => ({ producer, phase: 'source' as const }));
  return [...sources, ...[...other.reencodings.values()].flat()].map(({ producer, phase }) => {
    const { producerId, trackId, participantId, layers } = producer;
    const before = known.find((offer) => offer.producerId === producerId);
    return {
      nodeId: other.nodeId,
      producerId,
      trackId,
      participantId,
      phase,
      layers,
      wantedLayer: before?.wantedLayer ?? null,
      unreceivable: before?.unreceivable ?? false,
      pull: 'possible',
    };
  });
}

function byTrack(offers: readonly OfferedProducer[]): ReadonlyMap<TrackId, readonly OfferedProducer[]> {
  const lists = new Map<TrackId, OfferedProducer[]>();
  for (const offer of offers) lists.set(offer.trackId, [...(lists.get(offer.trackId) ?? []), offer]);
  return lists;
}
