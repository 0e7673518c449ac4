import { expect, test } from 'vitest';
import type { BreakoutPlace, Breakouts } from '../../../client/index.ts';
import { type Assignment, AT_MAIN, aimAfterReload, aimAt, viewOf } from './breakouts.ts';

const place = (participantId: string, assigned: string | null, inside: string | null = null): BreakoutPlace => {
  return { participantId, assigned, inside };
};

function breakoutsOf(...places: readonly BreakoutPlace[]): Breakouts {
  return {
    id: 'b',
    rooms: [
      { id: 'r1', name: 'One' },
      { id: 'r2', name: 'Two' },
    ],
    free: false,
    openedAt: 0,
    endsAt: 60_000,
    places: new Map(places.map((each) => [each.participantId, each])),
  };
}

test('a page goes where hosts want it, and otherwise where its person likes', () => {
  const first = aimAt(breakoutsOf(place('ann', 'r1')), 'ann', AT_MAIN);
  expect(first.target).toBe('r1');
  // Back in the main room by choice: nothing takes the person away again.
  const back = { ...first, target: null };
  expect(aimAt(breakoutsOf(place('ann', 'r1')), 'ann', back).target).toBeNull();
  expect(aimAt(breakoutsOf(place('ann', 'r2', 'r1')), 'ann', back).target).toBe('r2');
  expect(aimAt(breakoutsOf(), 'ann', first).target).toBeNull();
  expect(aimAt(null, 'ann', first)).toBe(AT_MAIN);
});

test('after a reload a page is where it was, and nothing takes its person away again', () => {
  const reloaded = (breakouts: Breakouts, seen: Assignment) =>
    aimAt(breakouts, 'ann', aimAfterReload(breakouts, 'ann', seen)).target;
  const seen = { breakoutsId: 'b', assigned: 'r1' };
  expect(reloaded(breakoutsOf(place('ann', 'r1', 'r2')), seen)).toBe('r2');
  expect(reloaded(breakoutsOf(place('ann', 'r1')), seen)).toBeNull();
  // What hosts wanted meanwhile is still to be done, and so is all that another tab has seen.
  expect(reloaded(breakoutsOf(place('ann', 'r2')), seen)).toBe('r2');
  expect(reloaded(breakoutsOf(place('ann', 'r1')), { ...seen, breakoutsId: 'before' })).toBe('r1');
  expect(reloaded(breakoutsOf(place('ann', 'r1', 'r2')), AT_MAIN)).toBe('r2');
});

test('the page shows who is where, on the way, or waiting, by its own clock', () => {
  const people = ['ann', 'bob', 'zoe'].map((id) => ({ id, name: id }));
  const breakouts = breakoutsOf(place('ann', 'r1'), place('bob', 'r1', 'r2'));
  const view = viewOf(breakouts, { selfId: 'ann', people }, { place: null, moving: false, offsetMs: 5_000 });
  expect(view.rooms.map((room) => room.people)).toEqual([
    [{ id: 'ann', name: 'ann', inside: false }],
    [{ id: 'bob', name: 'bob', inside: true }],
  ]);
  expect(view).toMatchObject({ endsAt: 65_000, assigned: 'r1', waiting: [{ id: 'zoe' }] });
});
