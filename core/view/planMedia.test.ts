import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ParticipantId, RoomState, TrackId, TrackSource } from '../room/state.ts';
import { EMPTY_ROOM } from '../room/state.ts';
import type { LiveConsumer, LiveMedia, LiveProducer, LiveViewer, MediaPolicy, MediaStep } from './mediaSteps.ts';
import { planMedia } from './planMedia.ts';
import type { Tile, ViewerView } from './view.ts';

const EVERYTHING: MediaPolicy = { lastN: null, loudestN: null };
const SIMULCAST = { heights: [180, 360, 720], temporalLayers: 3 };
const TILE: Tile = { width: 320, height: 180, pinned: false };

describe('what is planned', () => {
  test('[M1] on a fresh node recovery is the ordinary plan: whoever has transports gets the others’ tracks', () => {
    const room = roomOf({ ann: ['camera', 'microphone'], bob: ['microphone'] });
    const steps = planMedia(room, new Map(), liveOf(room), EVERYTHING);
    expect(steps.filter((step) => step.type === 'openConsumers')).toEqual([
      { type: 'openConsumers', viewerId: 'ann', tracks: [expect.objectContaining({ trackId: 'bob-microphone' })] },
      {
        type: 'openConsumers',
        viewerId: 'bob',
        tracks: [
          expect.objectContaining({
            trackId: 'ann-camera',
            paused: false,
            preferredLayers: { spatialLayer: 0, temporalLayer: 2 },
          }),
          expect.objectContaining({ trackId: 'ann-microphone', paused: false, preferredLayers: null }),
        ],
      },
    ]);
  });

  test('[M2] a producer is resumed only while the record has its track unmuted', () => {
    const room = roomOf({ ann: ['microphone'] });
    const muted = mute(room, 'ann-microphone');
    expect(planMedia(muted, new Map(), liveOf(room), EVERYTHING)).not.toContainEqual(
      expect.objectContaining({ type: 'resumeProducer' }),
    );
    const speaking = applied(liveOf(room), planMedia(room, new Map(), liveOf(room), EVERYTHING));
    expect(planMedia(muted, new Map(), speaking, EVERYTHING)[0]).toEqual({
      type: 'pauseProducer',
      trackId: 'ann-microphone',
    });
  });

  test('[M2] silence comes before anything opens, sound after everything', () => {
    const order = ['pauseProducer', 'openPipe', 'openConsumers', 'resumeConsumers', 'resumeProducer', 'wantLayers'];
    fc.assert(
      fc.property(scenes(), ({ room, views, live, policy }) => {
        const planned = planMedia(room, views, live, policy).map((step) => order.indexOf(step.type));
        const ranked = planned.filter((rank) => rank >= 0);
        expect(ranked).toEqual([...ranked].sort((a, b) => a - b));
      }),
    );
  });

  test('a held producer stays paused, and its consumers are opened all the same', () => {
    const room = roomOf({ ann: ['camera'], bob: [] });
    const live = liveOf(room, { held: true });
    const steps = planMedia(room, new Map(), live, EVERYTHING);
    expect(steps.map((step) => step.type)).toEqual(['openConsumers', 'wantLayers']);
  });

  test('what is not shown is paused, what is shown small is low, what is pinned is high', () => {
    const room = roomOf({ ann: ['camera'], bob: ['camera'], cem: ['camera'], dan: [] });
    const view = new Map([
      ['bob-camera', TILE],
      ['cem-camera', { ...TILE, pinned: true }],
    ]);
    const live = settled(room, new Map([['dan', view]]));
    expect(consumersOf(live, 'dan')).toEqual({
      'ann-camera': { paused: true, spatialLayer: 0 },
      'bob-camera': { paused: false, spatialLayer: 0 },
      'cem-camera': { paused: false, spatialLayer: 2 },
    });
  });

  test('last-N: in large rooms cameras of the last speakers, of pinned tiles, and every screen that is shown', () => {
    const room = roomOf({ ann: ['camera'], bob: ['camera'], cem: ['camera', 'screen'], dan: ['camera'], eve: [] });
    const trackIds = ['ann-camera', 'bob-camera', 'cem-camera', 'cem-screen', 'dan-camera'];
    const view = new Map(trackIds.map((trackId) => [trackId, { ...TILE, pinned: trackId === 'ann-camera' }]));
    const live = { ...liveOf(room), recentSpeakers: ['dan'] };
    const policy = { lastN: 1, loudestN: null };
    const after = applied(live, planMedia(room, new Map([['eve', view]]), live, policy));
    const shown = Object.entries(consumersOf(after, 'eve')).filter(([, consumer]) => !consumer.paused);
    expect(shown.map(([trackId]) => trackId)).toEqual(['ann-camera', 'cem-screen', 'dan-camera']);
  });

  test('last-N does not count the viewer itself', () => {
    const room = roomOf({ ann: ['microphone'], bob: ['microphone'], cem: ['microphone'] });
    const live = { ...liveOf(room), recentSpeakers: ['ann', 'bob'] };
    const after = applied(live, planMedia(room, new Map(), live, { lastN: null, loudestN: 1 }));
    expect(consumersOf(after, 'ann')['bob-microphone']?.paused).toBe(false);
    expect(consumersOf(after, 'bob')['ann-microphone']?.paused).toBe(false);
    expect(consumersOf(after, 'cem')['bob-microphone']?.paused).toBe(true);
  });

  test('a track is piped once for each router where somebody receives it, and no longer than that', () => {
    const room = roomOf({ ann: ['microphone'], bob: [], cem: [], dan: [] });
    const live = liveOf(room, { routers: { ann: 'one', bob: 'two', cem: 'two', dan: 'one' } });
    const steps = planMedia(room, new Map(), live, EVERYTHING);
    expect(steps.filter((step) => step.type === 'openPipe')).toEqual([
      { type: 'openPipe', trackId: 'ann-microphone', routerId: 'two' },
    ]);
    const after = applied(live, steps);
    const viewers = new Map([...after.viewers].filter(([viewerId]) => viewerId === 'dan'));
    const participants = new Map([...room.participants].filter(([id]) => id === 'ann' || id === 'dan'));
    expect(planMedia({ ...room, participants }, new Map(), { ...after, viewers }, EVERYTHING)).toEqual([
      { type: 'closePipe', trackId: 'ann-microphone', routerId: 'two' },
    ]);
  });

  test('publishers are told the highest layer that anybody wants; -1 when nobody looks', () => {
    const room = roomOf({ ann: ['camera'], bob: [], cem: [] });
    const large = new Map([['ann-camera', { width: 1280, height: 720, pinned: false }]]);
    const told = (views: Map<ParticipantId, ViewerView>): unknown => settled(room, views).producers.get('ann-camera');
    expect(told(new Map([['bob', large]]))).toMatchObject({ wantedLayer: 2 });
    const none: ViewerView = new Map();
    const nobody = new Map([
      ['bob', none],
      ['cem', none],
    ]);
    expect(told(nobody)).toMatchObject({ wantedLayer: -1 });
  });

  test('a muted camera keeps its layers wanted: unmuting must not wait for the publisher', () => {
    const room = mute(roomOf({ ann: ['camera'], bob: [] }), 'ann-camera');
    expect(settled(room, new Map()).producers.get('ann-camera')).toMatchObject({ wantedLayer: 0, paused: true });
  });

  test('nothing is switched off at the publisher while a connected participant has no transports yet', () => {
    const room = roomOf({ ann: ['camera'], bob: [], cem: [] });
    const live = liveOf(room);
    const viewers = new Map([...live.viewers].filter(([viewerId]) => viewerId !== 'cem'));
    const steps = planMedia(room, new Map(), { ...live, viewers }, EVERYTHING);
    expect(steps).toContainEqual({
      type: 'wantLayers',
      publisherId: 'ann',
      trackId: 'ann-camera',
      maxSpatialLayer: 2,
    });
  });

  test('whoever is no longer in the record loses everything', () => {
    const room = roomOf({ ann: ['camera'], bob: ['microphone'] });
    const live = settled(room, new Map());
    const steps = planMedia({ ...room, status: 'closed' }, new Map(), live, EVERYTHING);
    expect(applied(live, steps)).toMatchObject({ producers: new Map(), viewers: new Map() });
  });
});

describe('properties', () => {
  test('[M1] planning again after applying gives nothing', () => {
    fc.assert(
      fc.property(scenes(), ({ room, views, live, policy }) => {
        const after = applied(live, planMedia(room, views, live, policy));
        expect(planMedia(room, views, after, policy)).toEqual([]);
      }),
    );
  });

  test('[M1] closing everything and planning again gives the same subscriptions', () => {
    fc.assert(
      fc.property(scenes(), ({ room, views, live, policy }) => {
        const kept = applied(live, planMedia(room, views, live, policy));
        const closed: LiveMedia = {
          recentSpeakers: live.recentSpeakers,
          producers: mapValues(kept.producers, (producer) => ({
            ...producer,
            paused: true,
            pipedTo: new Set<string>(),
          })),
          viewers: mapValues(kept.viewers, (viewer) => ({ ...viewer, consumers: new Map() })),
        };
        const rebuilt = applied(closed, planMedia(room, views, closed, policy));
        expect(subscriptionsIn(rebuilt)).toEqual(subscriptionsIn(kept));
      }),
    );
  });

  test('nobody receives their own track, a refused one, or one that the record does not have', () => {
    fc.assert(
      fc.property(scenes(), ({ room, views, live, policy }) => {
        const after = applied(live, planMedia(room, views, live, policy));
        for (const [viewerId, viewer] of after.viewers) {
          for (const [trackId, consumer] of viewer.consumers) {
            const owner = after.producers.get(trackId)?.participantId;
            expect(owner).toBeDefined();
            expect(owner).not.toBe(viewerId);
            expect(room.participants.get(owner ?? '')?.tracks.has(trackId)).toBe(true);
            expect(viewer.refused.has(consumer.producerId)).toBe(false);
          }
        }
      }),
    );
  });

  test('[M2] whatever was live before, a muted track’s producer is paused afterwards', () => {
    fc.assert(
      fc.property(scenes(), ({ room, views, live, policy }) => {
        const after = applied(live, planMedia(room, views, live, policy));
        for (const participant of room.participants.values()) {
          for (const track of participant.tracks.values()) {
            if (track.muted) expect(after.producers.get(track.id)?.paused ?? true).toBe(true);
          }
        }
      }),
    );
  });
});

/** A room as a table: who publishes what. */
function roomOf(published: Record<ParticipantId, readonly TrackSource[]>): RoomState {
  const participants = Object.entries(published).map(([id, sources], index) => {
    const tracks = sources.map((source) => ({
      id: `${id}-${source}`,
      source,
      kind: source === 'camera' || source === 'screen' ? ('video' as const) : ('audio' as const),
      muted: false,
      reencoding: null,
    }));
    return {
      id,
      name: id,
      role: 'member' as const,
      session: index + 1,
      sessionCommandId: `join-${id}`,
      nodeId: 'node-1',
      connected: true,
      expiresAt: null,
      joinedAt: 0,
      handRaisedAt: null,
      tracks: new Map(tracks.map((track) => [track.id, track])),
    };
  });
  return {
    ...EMPTY_ROOM,
    status: 'open',
    participants: new Map(participants.map((participant) => [participant.id, participant])),
  };
}

function mute(room: RoomState, trackId: TrackId): RoomState {
  const participants = mapValues(room.participants, (participant) => ({
    ...participant,
    tracks: mapValues(participant.tracks, (track) => (track.id === trackId ? { ...track, muted: true } : track)),
  }));
  return { ...room, participants };
}

/** Everybody has transports and has produced; nobody consumes yet. */
function liveOf(
  room: RoomState,
  { held = false, routers = {} }: { held?: boolean; routers?: Record<ParticipantId, string> } = {},
): LiveMedia {
  const participants = [...room.participants.values()];
  const producers = participants.flatMap(({ id, tracks }) =>
    [...tracks.values()].map((track): [TrackId, LiveProducer] => [
      track.id,
      {
        producerId: `producer of ${track.id}`,
        participantId: id,
        routerId: routers[id] ?? 'one',
        paused: true,
        held: held && track.kind === 'video',
        layers: track.kind === 'video' ? SIMULCAST : { heights: [], temporalLayers: 1 },
        wantedLayer: null,
        pipedTo: new Set(),
      },
    ]),
  );
  const viewers = participants.map(({ id }): [ParticipantId, LiveViewer] => [
    id,
    { routerId: routers[id] ?? 'one', consumers: new Map(), refused: new Set() },
  ]);
  return { producers: new Map(producers), viewers: new Map(viewers), recentSpeakers: [] };
}

function settled(room: RoomState, views: ReadonlyMap<ParticipantId, ViewerView>): LiveMedia {
  const live = liveOf(room);
  return applied(live, planMedia(room, views, live, EVERYTHING));
}

/** What mediasoup would have after these steps. */
function applied(live: LiveMedia, steps: readonly MediaStep[]): LiveMedia {
  const producers = new Map(live.producers);
  const viewers = new Map(live.viewers);
  const changeProducer = (trackId: TrackId, change: Partial<LiveProducer>): void => {
    const producer = producers.get(trackId);
    if (producer) producers.set(trackId, { ...producer, ...change });
  };
  const changeConsumer = (viewerId: ParticipantId, trackId: TrackId, change: Partial<LiveConsumer>): void => {
    const viewer = viewers.get(viewerId);
    const consumer = viewer?.consumers.get(trackId);
    if (!viewer || !consumer) throw new Error(`no consumer of ${trackId} at ${viewerId}`);
    viewers.set(viewerId, { ...viewer, consumers: new Map(viewer.consumers).set(trackId, { ...consumer, ...change }) });
  };
  for (const step of steps) {
    switch (step.type) {
      case 'closeParticipant': {
        viewers.delete(step.participantId);
        for (const [trackId, producer] of producers) {
          if (producer.participantId === step.participantId) producers.delete(trackId);
        }
        break;
      }
      case 'closeProducer':
        producers.delete(step.trackId);
        break;
      case 'pauseProducer':
        changeProducer(step.trackId, { paused: true });
        break;
      case 'resumeProducer':
        changeProducer(step.trackId, { paused: false });
        break;
      case 'openPipe':
      case 'closePipe': {
        const pipedTo = new Set(producers.get(step.trackId)?.pipedTo);
        if (step.type === 'openPipe') pipedTo.add(step.routerId);
        else pipedTo.delete(step.routerId);
        changeProducer(step.trackId, { pipedTo });
        break;
      }
      case 'openConsumers': {
        const viewer = viewers.get(step.viewerId);
        if (!viewer) throw new Error(`no viewer ${step.viewerId}`);
        const opened = step.tracks.map(({ trackId, ...consumer }): [TrackId, LiveConsumer] => [trackId, consumer]);
        viewers.set(step.viewerId, { ...viewer, consumers: new Map([...viewer.consumers, ...opened]) });
        break;
      }
      case 'closeConsumers': {
        const viewer = viewers.get(step.viewerId);
        if (!viewer) throw new Error(`no viewer ${step.viewerId}`);
        const left = [...viewer.consumers].filter(([trackId]) => !step.trackIds.includes(trackId));
        viewers.set(step.viewerId, { ...viewer, consumers: new Map(left) });
        break;
      }
      case 'pauseConsumers':
      case 'resumeConsumers':
        for (const trackId of step.trackIds) {
          changeConsumer(step.viewerId, trackId, { paused: step.type === 'pauseConsumers' });
        }
        break;
      case 'setPreferredLayers':
        changeConsumer(step.viewerId, step.trackId, { preferredLayers: step.preferredLayers });
        break;
      case 'setPriority':
        changeConsumer(step.viewerId, step.trackId, { priority: step.priority });
        break;
      case 'wantLayers':
        changeProducer(step.trackId, { wantedLayer: step.maxSpatialLayer });
        break;
    }
  }
  return { ...live, producers, viewers };
}

function consumersOf(
  live: LiveMedia,
  viewerId: ParticipantId,
): Record<TrackId, { paused: boolean; spatialLayer: number | undefined }> {
  const consumers = live.viewers.get(viewerId)?.consumers ?? new Map<TrackId, LiveConsumer>();
  return Object.fromEntries(
    [...consumers].map(([trackId, { paused, preferredLayers }]) => [
      trackId,
      { paused, spatialLayer: preferredLayers?.spatialLayer },
    ]),
  );
}

/** Who receives what. Layers are left out: hysteresis remembers where a tile came from. */
function subscriptionsIn(live: LiveMedia): unknown {
  return [...live.viewers].map(([viewerId, viewer]) => [
    viewerId,
    [...viewer.consumers].map(([trackId, { paused, producerId }]) => [trackId, paused, producerId]).sort(),
  ]);
}

interface Scene {
  readonly room: RoomState;
  readonly views: ReadonlyMap<ParticipantId, ViewerView>;
  readonly live: LiveMedia;
  readonly policy: MediaPolicy;
}

/** A room, and media objects left over from some other moment of it. */
function scenes(): fc.Arbitrary<Scene> {
  const ids = ['ann', 'bob', 'cem', 'dan', 'eve'];
  const sources: TrackSource[] = ['camera', 'microphone', 'screen', 'screenAudio'];
  const rooms = fc
    .dictionary(fc.constantFrom(...ids), fc.uniqueArray(fc.constantFrom(...sources)), { minKeys: 1 })
    .chain((published) => {
      const room = roomOf(published);
      const trackIds = [...room.participants.values()].flatMap((participant) => [...participant.tracks.keys()]);
      return fc.subarray(trackIds).map((muted) => muted.reduce(mute, room));
    });
  const tiles = fc.record({
    width: fc.integer({ min: 0, max: 3000 }),
    height: fc.integer({ min: 0, max: 2000 }),
    pinned: fc.boolean(),
  });
  const trackIds = ids.flatMap((id) => sources.map((source) => `${id}-${source}`));
  const views = fc
    .dictionary(fc.constantFrom(...ids), fc.option(fc.dictionary(fc.constantFrom(...trackIds), tiles)))
    .map((byViewer) => {
      const entries = Object.entries(byViewer);
      return new Map(entries.map(([id, view]): [string, ViewerView] => [id, view && new Map(Object.entries(view))]));
    });
  const policies = fc.record({
    lastN: fc.option(fc.integer({ min: 1, max: 4 })),
    loudestN: fc.option(fc.integer({ min: 1, max: 4 })),
  });
  const routers = fc.dictionary(fc.constantFrom(...ids), fc.constantFrom('one', 'two', 'three'));
  return fc
    .record({
      room: rooms,
      before: rooms,
      views,
      viewsBefore: views,
      policy: policies,
      policyBefore: policies,
      routers,
      recentSpeakers: fc.shuffledSubarray(ids),
      gone: fc.subarray(trackIds),
      refused: fc.subarray(trackIds),
    })
    .map((drawn) => {
      const fresh = { ...liveOf(drawn.before, { routers: drawn.routers }), recentSpeakers: drawn.recentSpeakers };
      const old = applied(fresh, planMedia(drawn.before, drawn.viewsBefore, fresh, drawn.policyBefore));
      const refused = new Set(drawn.refused.map((trackId) => `producer of ${trackId}`));
      const live: LiveMedia = {
        recentSpeakers: drawn.recentSpeakers,
        producers: new Map([...old.producers].filter(([trackId]) => !drawn.gone.includes(trackId))),
        viewers: mapValues(old.viewers, (viewer) => ({ ...viewer, refused })),
      };
      return { room: drawn.room, views: drawn.views, live, policy: drawn.policy };
    });
}

function mapValues<K, V, R>(map: ReadonlyMap<K, V>, change: (value: V) => R): Map<K, R> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
