import { describe, expect, test } from 'vitest';
import { fc } from '../../test/support/fastCheck.ts';
import {
  applied,
  EVERYTHING,
  liveOf,
  mapValues,
  mute,
  roomOf,
  shown,
  viewOf,
} from '../../test/support/plannedMedia.ts';
import type { ParticipantId, RoomState, TrackId } from '../room/state.ts';
import type { LiveMedia, MediaPolicy } from './mediaSteps.ts';
import { planMedia } from './planMedia.ts';
import { MOST_FOR_OLDER, SPARE_MICROPHONES } from './selection.ts';
import type { ViewerView } from './view.ts';

const POLICY: MediaPolicy = { lastN: 25, loudestN: 12, lastScreens: null, pageSize: 12 };
const TILE = { width: 320, height: 180, pinned: false };

/** A viewer, and so many others with camera and microphone. */
function crowd(others: number): RoomState {
  const people = Array.from({ length: others }, (_, index): [ParticipantId, ['camera', 'microphone']] => [
    `p${index}`,
    ['camera', 'microphone'],
  ]);
  return roomOf({ viewer: [], ...Object.fromEntries(people) });
}

/** The media of the viewer alone, with everybody's producers. */
function watchedBy(room: RoomState): LiveMedia {
  const live = liveOf(room);
  return { ...live, viewers: new Map([...live.viewers].filter(([id]) => id === 'viewer')) };
}

function planned(room: RoomState, view: ViewerView, live: LiveMedia, policy = POLICY): LiveMedia {
  const views = new Map([['viewer', view]]);
  const after = shown(applied(live, planMedia(room, views, live, policy)));
  expect(planMedia(room, views, after, policy)).toEqual([]);
  return after;
}

function consumersOf(live: LiveMedia): { readonly flowing: TrackId[]; readonly ready: TrackId[] } {
  const consumers = [...(live.viewers.get('viewer')?.consumers.values() ?? [])];
  const ids = (paused: boolean) => consumers.filter((one) => one.paused === paused).map(({ trackId }) => trackId);
  return { flowing: ids(false), ready: ids(true) };
}

const cameras = (from: number, to: number): TrackId[] =>
  Array.from({ length: to - from }, (_, index) => `p${from + index}-camera`);
const microphones = (from: number, to: number): TrackId[] =>
  cameras(from, to).map((id) => id.replace('camera', 'microphone'));
const page = (number: number, near: readonly TrackId[] | null = []): ViewerView =>
  viewOf(
    cameras(12 * number, 12 * number + 12).map((trackId) => [trackId, TILE]),
    near,
  );
const sorted = (ids: readonly TrackId[]): TrackId[] => [...ids].sort();

describe('what a viewer of a large room has open', () => {
  test('open are the tiles of a page, the loudest, and whoever is next to be heard', () => {
    const { flowing, ready } = consumersOf(planned(crowd(100), page(3), watchedBy(crowd(100))));
    expect(sorted(flowing)).toEqual(sorted([...cameras(36, 48), ...microphones(0, 12)]));
    expect(sorted(ready)).toEqual(sorted(microphones(12, 12 + SPARE_MICROPHONES)));
  });

  test('in a small room everything is open, though little of it flows', () => {
    const { flowing, ready } = consumersOf(planned(crowd(12), viewOf([]), watchedBy(crowd(12))));
    expect(sorted(flowing)).toEqual(sorted(microphones(0, 12)));
    expect(sorted(ready)).toEqual(sorted(cameras(0, 12)));
  });

  test('of a track that the viewer declined nothing is open, in a small room as in a large one', () => {
    for (const others of [4, 100]) {
      const room = crowd(others);
      const before = planned(room, page(0), watchedBy(room));
      const declined = new Set(['p1-camera', 'p2-microphone']);
      const { flowing, ready } = consumersOf(planned(room, { ...viewOf([]), ...page(0), declined }, before));
      expect([...flowing, ...ready].filter((id) => declined.has(id))).toEqual([]);
      expect(flowing).toEqual(expect.arrayContaining(['p2-camera', 'p1-microphone']));
      const again = consumersOf(planned(room, page(0), planned(room, { ...viewOf([]), declined }, before)));
      expect(again.flowing).toEqual(expect.arrayContaining(['p1-camera', 'p2-microphone']));
    }
  });

  test('a page that may be turned to is ready, and turning to it opens nothing', () => {
    const room = crowd(100);
    const before = planned(room, page(0, cameras(12, 24)), watchedBy(room));
    expect(consumersOf(before).ready).toEqual(expect.arrayContaining(cameras(12, 24)));
    const steps = planMedia(room, new Map([['viewer', page(1)]]), before, POLICY);
    expect(steps.map(({ type }) => type)).not.toContain('openConsumers');
    expect(steps.map(({ type }) => type)).not.toContain('closeConsumers');
  });

  test('pages turned away from stay ready, the newest longest; those that have rested close', () => {
    const room = crowd(100);
    const turned = [0, 1, 2, 3].reduce((live, number) => planned(room, page(number), live), watchedBy(room));
    const { ready } = consumersOf(turned);
    expect(ready).toEqual(expect.arrayContaining(cameras(24, 36)));
    expect(ready).toEqual(expect.not.arrayContaining(cameras(0, 12)));
    const rested: LiveMedia = {
      ...turned,
      viewers: mapValues(turned.viewers, (viewer) => ({
        ...viewer,
        consumers: mapValues(viewer.consumers, (consumer) => ({ ...consumer, rested: consumer.paused })),
      })),
    };
    expect(sorted(consumersOf(planned(room, page(3), rested)).ready)).toEqual(
      sorted(microphones(12, 12 + SPARE_MICROPHONES)),
    );
  });

  test('whoever is next in line and begins to speak is heard without a negotiation, anybody else with one', () => {
    const room = crowd(100);
    const before = planned(room, page(0), watchedBy(room));
    const steps = (speaker: ParticipantId) =>
      planMedia(room, new Map([['viewer', page(0)]]), { ...before, recentSpeakers: [speaker] }, POLICY);
    expect(steps('p12')).toContainEqual({
      type: 'resumeConsumers',
      viewerId: 'viewer',
      producerIds: ['producer of p12-microphone'],
    });
    const opened = steps('p77').flatMap((step) => (step.type === 'openConsumers' ? step.consumers : []));
    expect(opened).toMatchObject([{ trackId: 'p77-microphone', paused: false }]);
  });

  test('muted microphones take no place of those that could be heard', () => {
    const room = microphones(0, 95).reduce(mute, crowd(100));
    expect(consumersOf(planned(room, viewOf([]), watchedBy(room))).flowing).toEqual(microphones(95, 100));
  });

  test('of many screens those of the last speakers are seen and heard, and a pinned one', () => {
    const sharing = Array.from({ length: 6 }, (_, index): [ParticipantId, ['screen', 'screenAudio']] => [
      `p${index}`,
      ['screen', 'screenAudio'],
    ]);
    const room = roomOf({ viewer: [], ...Object.fromEntries(sharing) });
    const live = { ...watchedBy(room), recentSpeakers: ['p4', 'p2'] };
    const screens = sharing.map(([id]) => `${id}-screen`);
    const view = viewOf(screens.map((trackId) => [trackId, { ...TILE, pinned: trackId === 'p5-screen' }]));
    const { flowing } = consumersOf(planned(room, view, live, { ...POLICY, lastScreens: 2 }));
    expect(sorted(flowing)).toEqual(
      sorted(['p4-screen', 'p2-screen', 'p5-screen', 'p4-screenAudio', 'p2-screenAudio']),
    );
    expect(consumersOf(planned(room, null, live, { ...POLICY, lastScreens: 1 })).flowing).toEqual(
      expect.arrayContaining(['p4-screen', 'p4-screenAudio']),
    );
  });

  test('whoever is on the page is seen, wherever they stand among the last speakers', () => {
    const room = crowd(100);
    const live = { ...watchedBy(room), recentSpeakers: cameras(0, 40).map((id) => id.replace('-camera', '')) };
    const { flowing } = consumersOf(planned(room, page(7), live, { ...POLICY, lastN: 12 }));
    expect(flowing).toEqual(expect.arrayContaining(cameras(84, 96)));
  });

  test('a client that can show only what it was once sent gets everything ready, up to a bound', () => {
    const count = (others: number): number => {
      const { flowing, ready } = consumersOf(planned(crowd(others), page(0, null), watchedBy(crowd(others))));
      return flowing.length + ready.length;
    };
    expect(count(60)).toBe(120);
    expect(count(300)).toBe(MOST_FOR_OLDER);
  });

  test('however a person turns pages, what is open is bounded by the page and not by the room', () => {
    const histories = fc.record({
      others: fc.integer({ min: 0, max: 60 }),
      muted: fc.array(fc.integer({ min: 0, max: 59 })),
      policy: fc.record({
        lastN: fc.option(fc.integer({ min: 1, max: 8 })),
        loudestN: fc.integer({ min: 1, max: 8 }),
        lastScreens: fc.constant(null),
        pageSize: fc.integer({ min: 1, max: 8 }),
      }),
      turns: fc.array(
        fc.record({
          shown: fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { maxLength: 8 }),
          near: fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { maxLength: 20 }),
          speakers: fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { maxLength: 4 }),
          rest: fc.boolean(),
        }),
        { minLength: 1, maxLength: 8 },
      ),
    });
    fc.assert(
      fc.property(histories, ({ others, muted, policy, turns }) => {
        const camera = (index: number): TrackId => `p${index}-camera`;
        const room = muted.map((index) => `p${index}-microphone`).reduce(mute, crowd(others));
        let live = watchedBy(room);
        for (const { shown: tiles, near, speakers, rest } of turns) {
          const view = viewOf(
            tiles.map((index) => [camera(index), TILE]),
            near.map(camera),
          );
          const recentSpeakers = [...speakers.map((index) => `p${index}`), ...live.recentSpeakers];
          const viewers = mapValues(live.viewers, (viewer) => ({
            ...viewer,
            consumers: mapValues(viewer.consumers, (one) => ({ ...one, rested: rest && one.paused })),
          }));
          live = planned(room, view, { ...live, viewers, recentSpeakers: [...new Set(recentSpeakers)] }, policy);
          const { flowing, ready } = consumersOf(live);
          expect(flowing.length).toBeLessThanOrEqual(tiles.length + policy.loudestN);
          const chosen = 8 + policy.loudestN + SPARE_MICROPHONES + policy.pageSize;
          expect(flowing.length + ready.length).toBeLessThanOrEqual(chosen + 2 * policy.pageSize);
        }
      }),
    );
  });
});

describe('what a viewer of any room receives', () => {
  test('a viewer receives the same whether or not the room is small enough for everything to be open', () => {
    const room = crowd(30);
    const small: MediaPolicy = { ...EVERYTHING, lastN: 6, loudestN: 5, lastScreens: null, pageSize: 30 };
    for (const view of [null, page(0), page(1, null)]) {
      const all = consumersOf(planned(room, view, watchedBy(room), small));
      const few = consumersOf(planned(room, view, watchedBy(room), { ...small, pageSize: 12 }));
      expect(sorted(few.flowing)).toEqual(sorted(all.flowing));
    }
  });
});
