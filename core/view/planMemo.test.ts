import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Scene, scenes } from '../../test/support/mediaScenes.ts';
import { applied, liveOf, mute, roomOf, shown, viewOf } from '../../test/support/plannedMedia.ts';
import { seeded } from '../../test/support/seed.ts';
import type { ParticipantId, RoomState, TrackSource } from '../room/state.ts';
import type { LiveMedia, MediaPolicy } from './mediaSteps.ts';
import { PlanMemo } from './PlanMemo.ts';
import { planMedia } from './planMedia.ts';
import type { ViewerView } from './view.ts';

const PEOPLE = 200;
const TILE = { width: 320, height: 180, pinned: false };

/** What of a moment comes from the next scene; the rest stays, to the very object. */
const parts = fc.subarray(
  [
    'room',
    'oneView',
    'views',
    'producers',
    'reencodings',
    'twins',
    'offers',
    'viewers',
    'speakers',
    'policy',
    'steps',
  ] as const,
  { minLength: 1, maxLength: 4 },
);
type Part = (typeof parts extends fc.Arbitrary<infer P> ? P : never)[number];

function mixed(now: Scene, next: Scene, changes: readonly Part[]): Scene {
  const isNew = (part: Part): boolean => changes.includes(part);
  const live: LiveMedia = {
    ...now.live,
    ...(isNew('producers') && { producers: next.live.producers, standbys: next.live.standbys }),
    ...(isNew('reencodings') && { reencodings: next.live.reencodings, toReencode: next.live.toReencode }),
    ...(isNew('twins') && { twins: next.live.twins }),
    ...(isNew('offers') && { offers: next.live.offers, demands: next.live.demands }),
    ...(isNew('viewers') && { viewers: next.live.viewers }),
    ...(isNew('speakers') && { recentSpeakers: next.live.recentSpeakers }),
  };
  const [first] = next.views;
  const oneView = isNew('oneView') && first ? new Map([...now.views, first]) : now.views;
  const room = isNew('room') ? next.room : now.room;
  const views = isNew('views') ? next.views : oneView;
  const policy = isNew('policy') ? next.policy : now.policy;
  const after = isNew('steps') ? withOldViewers(live, applied(live, planMedia(room, views, live, policy))) : live;
  return { room, views, live: after, policy };
}

/** A viewer in whom nothing changed is the same object. */
function withOldViewers(before: LiveMedia, after: LiveMedia): LiveMedia {
  const viewers = [...after.viewers].map(([id, viewer]) => {
    const old = before.viewers.get(id);
    return [id, old && JSON.stringify(toPlain(old)) === JSON.stringify(toPlain(viewer)) ? old : viewer] as const;
  });
  return { ...after, viewers: new Map(viewers) };
}

function toPlain({
  consumers,
  undecodable,
  ...rest
}: LiveMedia['viewers'] extends ReadonlyMap<string, infer V> ? V : never) {
  return { ...rest, consumers: [...consumers], undecodable: [...undecodable], receives: [...rest.receives] };
}

test('[M1] with the memo of the plans before, the plan is the same as the whole one, for any history', () => {
  const histories = fc.array(fc.tuple(scenes(), parts), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(histories, (moments) => {
      const memo = new PlanMemo();
      let scene: Scene | null = null;
      for (const [next, changes] of moments) {
        scene = scene ? mixed(scene, next, changes) : next;
        const { room, views, live, policy } = scene;
        expect(planMedia(room, views, live, policy, memo)).toEqual(planMedia(room, views, live, policy));
      }
    }),
    seeded('plans with a memo', 100),
  );
});

/** Many people, of whom thirteen send camera and microphone; everybody shows the first twelve. */
function largeRoom() {
  const people = Array.from({ length: PEOPLE }, (_, index): [ParticipantId, readonly TrackSource[]] => [
    `p${index}`,
    index < 13 ? ['camera', 'microphone'] : [],
  ]);
  const room = roomOf(Object.fromEntries(people));
  const view = viewOf(Array.from({ length: 12 }, (_, index) => [`p${index}-camera`, TILE]));
  const views = new Map<ParticipantId, ViewerView>(people.map(([id]) => [id, view]));
  const memo = new PlanMemo();
  let live = liveOf(room);
  const made = (now: RoomState = room): number => {
    const before = memo.made;
    const steps = planMedia(now, views, live, POLICY, memo);
    expect(steps).toEqual(planMedia(now, views, live, POLICY));
    return memo.made - before;
  };
  const settle = (): void => {
    for (let pass = 0; pass < 3; pass += 1) {
      live = shown(applied(live, planMedia(room, views, live, POLICY)));
    }
    made();
  };
  const speak = (...recentSpeakers: ParticipantId[]): void => {
    live = { ...live, recentSpeakers };
  };
  return { room, views, made, settle, speak };
}

const POLICY: MediaPolicy = { lastN: 25, loudestN: 4, lastScreens: null, pageSize: 8 };

test('in a large room a change is planned for those whom it concerns', () => {
  const { room, views, made, settle, speak } = largeRoom();
  settle();
  expect(made()).toBe(0);
  views.set('p150', viewOf([['p3-camera', { ...TILE, pinned: true }]]));
  expect(made()).toBe(1);
  // Nobody shows the thirteenth camera.
  expect(made(mute(room, 'p12-camera'))).toBe(1);
  expect(made(room)).toBe(1);
  // All but one show the fourth.
  expect(made(mute(room, 'p4-camera'))).toBeGreaterThanOrEqual(PEOPLE - 2);
  expect(made(room)).toBeGreaterThanOrEqual(PEOPLE - 2);
  // Of those who are heard another one spoke last: it matters to them alone.
  speak('p2');
  expect(made()).toBeLessThanOrEqual(13);
  speak('p9');
  expect(made()).toBe(PEOPLE);
});
