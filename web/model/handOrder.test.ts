import { expect, it } from 'vitest';
import { handOrder, minutesUp } from './handOrder.ts';

it('hands are numbered in the order they went up, everywhere alike', () => {
  const hand = (id: string, handRaisedAt: number | null) => ({ id, handRaisedAt });
  const people = [hand('c', 7), hand('a', null), hand('b', 7), hand('d', 3)];
  expect([...handOrder(people)]).toEqual([
    ['d', 1],
    ['b', 2],
    ['c', 3],
  ]);
  expect(handOrder(people.toReversed())).toEqual(handOrder(people));
});

it('a hand waits whole minutes, and never less than none', () => {
  expect(minutesUp(1_000_000, 1_000_000 + 119_999)).toBe(1);
  expect(minutesUp(1_000_000, 999_000)).toBe(0);
});
