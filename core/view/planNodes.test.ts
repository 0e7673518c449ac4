import { describe, expect, test } from 'vitest';
import { fc } from '../../test/support/fastCheck.ts';
import {
  PEOPLE,
  policies,
  reencodings,
  rooms,
  TRACK_IDS,
  views,
  withReencodings,
} from '../../test/support/mediaScenes.ts';
import {
  carriedBy,
  converged,
  EVERYTHING,
  liveOf,
  mapValues,
  mute,
  reencoded,
  roomOf,
  viewOf,
} from '../../test/support/plannedMedia.ts';
import { exchanged, type PlannedNodes, passed, settledNodes } from '../../test/support/plannedNodes.ts';
import type { NodeId, ParticipantId, RoomState, TrackId } from '../room/state.ts';
import type { LiveMedia, LiveViewer, MediaPolicy } from './mediaSteps.ts';
import { planMedia } from './planMedia.ts';
import type { ViewerView } from './view.ts';

const NODES: readonly NodeId[] = ['node-1', 'node-2', 'node-3'];
const NOTHING = viewOf([]);

function nodesOf(room: RoomState): PlannedNodes {
  return new Map(NODES.map((nodeId) => [nodeId, liveOf(room, { nodeId })]));
}

/** The ids of the producers that have crossed to this node. */
function crossedTo(nodeId: NodeId, nodes: PlannedNodes): string[] {
  return [...(nodes.get(nodeId)?.twins.values() ?? [])].flat().map(({ producerId }) => producerId);
}

describe('one room on several nodes', () => {
  const room = roomOf({ ann: ['camera', 'microphone'], bob: [], cem: [] }, { bob: 'node-2', cem: 'node-2' });
  const settled = (state: RoomState, seen: ReadonlyMap<ParticipantId, ViewerView> = new Map()): PlannedNodes =>
    settledNodes(state, seen, nodesOf(state), EVERYTHING);

  test('a track crosses once, however many look at it, and to no node where nobody does', () => {
    const nodes = settled(room);
    expect(crossedTo('node-2', nodes)).toEqual(['producer of ann-camera', 'producer of ann-microphone']);
    expect(crossedTo('node-3', nodes)).toEqual([]);
    for (const viewer of ['bob', 'cem']) {
      expect(carriedBy(at(nodes, 'node-2'), viewer, 'ann-camera')).toEqual(['producer of ann-camera']);
    }
  });

  test('a camera that nobody here looks at any more crosses no longer, and its publisher hears it; sound goes on', () => {
    const blind = new Map([
      ['bob', NOTHING],
      ['cem', NOTHING],
    ]);
    const nodes = settledNodes(room, blind, settled(room), EVERYTHING);
    expect(crossedTo('node-2', nodes)).toEqual(['producer of ann-microphone']);
    expect(at(nodes, 'node-1').producers.get('ann-camera')).toMatchObject({ wantedLayer: -1 });
  });

  test('a camera that may be shown next has crossed when it is shown; until then nobody sends a layer for it', () => {
    const near = settled(
      room,
      new Map([
        ['bob', viewOf([], ['ann-camera'])],
        ['cem', NOTHING],
      ]),
    );
    expect(crossedTo('node-2', near)).toContain('producer of ann-camera');
    expect(carriedBy(at(near, 'node-2'), 'bob', 'ann-camera')).toEqual([]);
    expect(at(near, 'node-1').producers.get('ann-camera')).toMatchObject({ wantedLayer: -1 });
    const shows = new Map([['bob', viewOf([['ann-camera', { width: 320, height: 180, pinned: false }]])]]);
    const steps = planMedia(room, shows, at(near, 'node-2'), EVERYTHING).map(({ type }) => type);
    expect(steps).toContain('resumeConsumers');
    expect(steps).not.toContain('pullTrack');
    expect(steps).not.toContain('openConsumers');
  });

  test('somebody who looks again in time keeps the track that was about to be dropped', () => {
    const looking = settled(room);
    const live = at(looking, 'node-2');
    const twins = mapValues(live.twins, (list) => list.map((twin) => ({ ...twin, dropping: true })));
    expect(planMedia(room, new Map(), { ...live, twins }, EVERYTHING)).toContainEqual({
      type: 'keepTrack',
      producerId: 'producer of ann-camera',
    });
  });

  test('the publisher sends the highest layer that anybody on any node wants', () => {
    const large = viewOf([['ann-camera', { width: 1280, height: 720, pinned: false }]]);
    const wanted = (nodes: PlannedNodes) => at(nodes, 'node-1').producers.get('ann-camera')?.wantedLayer;
    expect(wanted(settled(room))).toBe(0);
    expect(wanted(settled(room, new Map([['cem', large]])))).toBe(2);
  });

  test('what a node has not said yet may be everything; a node that does not hold the room wants nothing', () => {
    const wanted = (demands: LiveMedia['demands']) => {
      const steps = planMedia(room, new Map(), { ...liveOf(room), demands }, EVERYTHING);
      return steps.find((step) => step.type === 'wantLayers')?.maxSpatialLayer;
    };
    expect(wanted(new Map([['node-2', new Map()]]))).toBe(2);
    expect(wanted(new Map([['node-2', new Map([['producer of ann-camera', 1]])]]))).toBe(1);
    expect(wanted(new Map())).toBe(-1);
  });

  test('people on their way to another node are that node’s care', () => {
    const nodes = nodesOf(room);
    const onTheWay = new Map(nodes).set('node-2', { ...at(nodes, 'node-2'), viewers: new Map() });
    const wanted = (state: PlannedNodes) => at(state, 'node-1').producers.get('ann-camera')?.wantedLayer;
    expect(wanted(passed(room, new Map(), onTheWay, EVERYTHING).nodes)).toBe(2);
    const alone = planMedia(room, new Map(), at(nodes, 'node-1'), EVERYTHING);
    expect(alone).toContainEqual(expect.objectContaining({ type: 'wantLayers', maxSpatialLayer: -1 }));
    expect(wanted(settledNodes(room, new Map(), onTheWay, EVERYTHING))).toBe(2);
  });

  test('of somebody who comes here nothing crosses any more, but what has crossed stays until the own media is there', () => {
    const came = roomOf(
      { ann: ['camera', 'microphone'], bob: [], cem: [] },
      { ann: 'node-2', bob: 'node-2', cem: 'node-2' },
    );
    const before = settled(room);
    const pulls = (live: LiveMedia) =>
      planMedia(came, new Map(), live, EVERYTHING).filter(({ type }) => type === 'pullTrack');
    const live = at(exchanged(nodesOf(room)), 'node-2');
    expect(planMedia(room, new Map(), live, EVERYTHING).filter(({ type }) => type === 'pullTrack')).toHaveLength(2);
    expect(pulls(live)).toEqual([]);
    const kept = planMedia(came, new Map(), at(before, 'node-2'), EVERYTHING);
    expect(kept.filter(({ type }) => type === 'dropTrack' || type === 'closeConsumers')).toEqual([]);
  });

  test('[M2] a twin of a muted track is paused', () => {
    const twins = [
      ...at(settledNodes(mute(room, 'ann-microphone'), new Map(), settled(room), EVERYTHING), 'node-2').twins,
    ];
    expect(new Map(twins).get('ann-microphone')).toMatchObject([{ paused: true }]);
  });

  test('of two nodes that have a track the one in the record wins', () => {
    const nodes = new Map(nodesOf(roomOf({ ann: ['camera'], bob: [] }, { bob: 'node-2' })));
    const moved = roomOf({ ann: ['camera'], bob: [] }, { ann: 'node-3', bob: 'node-2' });
    nodes.set('node-3', liveOf(moved, { nodeId: 'node-3' }));
    expect(crossedTo('node-2', settledNodes(moved, new Map(), nodes, EVERYTHING))).toEqual([
      'producer of ann-camera on node-3',
    ]);
  });

  test('of the renditions that another node has the one for the viewers crosses, and the source for who needs it', () => {
    const nodes = new Map(nodesOf(room));
    nodes.set('node-1', reencoded(at(nodes, 'node-1'), 'ann-camera', 'ready'));
    const served = settledNodes(room, new Map(), nodes, EVERYTHING);
    expect(crossedTo('node-2', served).sort()).toEqual(['producer of ann-microphone', 'reencoding 0 of ann-camera']);
    const unable = mapValues(served, (live) => ({
      ...live,
      viewers: mapValues(
        live.viewers,
        (viewer): LiveViewer => ({
          ...viewer,
          undecodable: new Set(
            viewer === at(served, 'node-2').viewers.get('bob') ? ['reencoding 0 of ann-camera'] : [],
          ),
        }),
      ),
    }));
    expect(crossedTo('node-2', settledNodes(room, new Map(), unable, EVERYTHING)).sort()).toEqual([
      'producer of ann-camera',
      'producer of ann-microphone',
      'reencoding 0 of ann-camera',
    ]);
  });

  test('a node hears that somebody on another one cannot receive what its publisher sends', () => {
    const able = settled(room);
    const live = at(able, 'node-2');
    const undecodable = new Set(['producer of ann-camera']);
    const viewers = mapValues(live.viewers, (viewer) => ({ ...viewer, undecodable }));
    const unable = settledNodes(room, new Map(), new Map(able).set('node-2', { ...live, viewers }), EVERYTHING);
    const told = (nodes: PlannedNodes) => at(nodes, 'node-2').offers.get('ann-camera')?.[0]?.unreceivable;
    expect([told(able), told(unable)]).toEqual([false, true]);
  });

  test('a track that cannot be pulled now is not planned again and again', () => {
    const live = at(exchanged(nodesOf(room)), 'node-2');
    for (const pull of ['underway', 'resting'] as const) {
      const offers = mapValues(live.offers, (list) => list.map((offer) => ({ ...offer, pull })));
      const steps = planMedia(room, new Map(), { ...live, offers }, EVERYTHING);
      expect(steps.filter(({ type }) => type === 'pullTrack')).toEqual([]);
    }
  });
});

describe('properties of several nodes', () => {
  test('[M1] everybody gets on several nodes what they would get on one, and publishers are asked for the same', () => {
    fc.assert(
      fc.property(clusters(), ({ spread, apart, together, seen, policy }) => {
        const nodes = settledNodes(spread, seen, apart, policy);
        const one = converged(together.room, seen, together.live, policy);
        for (const [nodeId, live] of nodes) {
          for (const viewerId of live.viewers.keys()) {
            for (const trackId of TRACK_IDS) {
              const carried = carriedBy(live, viewerId, trackId).map((id) => id.replace(/ on node-.$/, ''));
              expect([nodeId, viewerId, trackId, carried]).toEqual([
                nodeId,
                viewerId,
                trackId,
                carriedBy(one, viewerId, trackId),
              ]);
            }
          }
          for (const [trackId, { wantedLayer }] of live.producers) {
            if (trackId.endsWith('camera')) expect(wantedLayer).toBe(one.producers.get(trackId)?.wantedLayer);
          }
        }
      }),
    );
  });

  test('each rendition crosses at most once to each node, only while somebody there receives it or could', () => {
    fc.assert(
      fc.property(clusters(), ({ spread, apart, seen, policy }) => {
        const nodes = settledNodes(spread, seen, apart, policy);
        for (const [nodeId, live] of nodes) {
          const crossed = crossedTo(nodeId, nodes);
          expect(new Set(crossed).size).toBe(crossed.length);
          for (const [trackId, twins] of live.twins) {
            const watched = [...live.viewers.keys()].flatMap((viewerId) => carriedBy(live, viewerId, trackId));
            const isMuted = [...spread.participants.values()].some(({ tracks }) => tracks.get(trackId)?.muted);
            if (isMuted || trackId.endsWith('microphone')) continue;
            for (const { producerId } of twins) expect(watched).toContain(producerId);
          }
        }
        const empty = mapValues(nodes, (live): LiveMedia => ({ ...live, viewers: new Map() }));
        for (const nodeId of NODES) {
          expect(crossedTo(nodeId, settledNodes(spread, seen, empty, policy))).toEqual([]);
        }
      }),
    );
  });

  test('whoever saw or heard a publisher goes on doing so while the publisher moves to another node', () => {
    fc.assert(
      fc.property(clusters(), fc.constantFrom(...PEOPLE), fc.constantFrom(...NODES), (cluster, mover, to) => {
        const { spread, seen, apart } = cluster;
        const moving = spread.participants.get(mover);
        if (!moving || moving.nodeId === to) return;
        const moved: RoomState = {
          ...spread,
          participants: new Map(spread.participants).set(mover, { ...moving, nodeId: to, session: 99 }),
        };
        let nodes = settledNodes(spread, seen, apart, EVERYTHING);
        const before = receptions(nodes, mover);
        const arrived = liveOf(moved, { nodeId: to });
        const there = at(nodes, to);
        const own = [...arrived.producers].filter(([, { participantId }]) => participantId === mover);
        nodes = new Map(nodes).set(to, { ...there, producers: new Map([...there.producers, ...own]) });
        for (let pass = 0; pass < 8; pass += 1) {
          nodes = mapValues(passed(moved, seen, nodes, EVERYTHING).nodes, (live) => shownAtRandom(live, pass));
          for (const reception of before) expect(receptions(nodes, mover)).toContain(reception);
        }
      }),
    );
  });
});

/** Some passes come before the pictures. */
function shownAtRandom(live: LiveMedia, pass: number): LiveMedia {
  return pass % 2 === 0 ? live : mapShown(live);
}

function mapShown(live: LiveMedia): LiveMedia {
  return {
    ...live,
    viewers: mapValues(live.viewers, (viewer) => ({
      ...viewer,
      consumers: mapValues(viewer.consumers, (consumer) => ({ ...consumer, flowing: !consumer.paused })),
    })),
  };
}

/** Who receives which of this publisher's tracks. */
function receptions(nodes: PlannedNodes, publisherId: ParticipantId): string[] {
  return [...nodes.values()].flatMap((live) =>
    [...live.viewers.keys()].flatMap((viewerId) =>
      TRACK_IDS.filter((trackId) => trackId.startsWith(publisherId)).flatMap((trackId: TrackId) =>
        carriedBy(live, viewerId, trackId).length > 0 ? [`${viewerId} receives ${trackId}`] : [],
      ),
    ),
  );
}

function at(nodes: PlannedNodes, nodeId: NodeId): LiveMedia {
  const live = nodes.get(nodeId);
  if (!live) throw new Error(`there is no ${nodeId}`);
  return live;
}

interface Cluster {
  /** The room, its people on several nodes. */
  readonly spread: RoomState;
  readonly apart: PlannedNodes;
  /** The same on one node. */
  readonly together: { readonly room: RoomState; readonly live: LiveMedia };
  readonly seen: ReadonlyMap<ParticipantId, ViewerView>;
  readonly policy: MediaPolicy;
}

function clusters(): fc.Arbitrary<Cluster> {
  return fc
    .record({
      room: rooms,
      places: fc.dictionary(fc.constantFrom(...PEOPLE), fc.constantFrom(...NODES)),
      seen: views,
      policy: policies,
      phases: reencodings,
      recentSpeakers: fc.shuffledSubarray([...PEOPLE]),
      undecodable: fc.subarray([...TRACK_IDS]),
    })
    .map(({ room, places, seen, policy, phases, recentSpeakers, undecodable }) => {
      const spread: RoomState = {
        ...room,
        participants: mapValues(room.participants, (one) => ({ ...one, nodeId: places[one.id] ?? 'node-1' })),
      };
      const ids = new Set(
        undecodable.flatMap((trackId) =>
          ['', ...NODES.map((id) => ` on ${id}`)].map((on) => `producer of ${trackId}${on}`),
        ),
      );
      const finished = (live: LiveMedia): LiveMedia => ({
        ...withReencodings(live, phases),
        recentSpeakers,
        viewers: mapValues(live.viewers, (viewer) => ({ ...viewer, undecodable: ids })),
      });
      return {
        spread,
        apart: mapValues(nodesOf(spread), finished),
        together: { room, live: finished(liveOf(room)) },
        seen,
        policy,
      };
    });
}
