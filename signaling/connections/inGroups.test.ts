import { expect, test } from 'vitest';
import { inGroups } from './inGroups.ts';

const people = (count: number, rooms: number) =>
  Array.from({ length: count }, (_, index) => ({ index, roomId: `room ${index % rooms}` }));
const grouped = (count: number, rooms: number) => inGroups(people(count, rooms), ({ roomId }) => roomId);

test('few rooms move one after the other, a second apart', () => {
  const { groups, everyMs } = grouped(6, 3);
  expect(groups.map((group) => group.map(({ roomId }) => roomId))).toEqual([
    ['room 0', 'room 0'],
    ['room 1', 'room 1'],
    ['room 2', 'room 2'],
  ]);
  expect(everyMs).toBe(1_000);
});

test('everybody is in one group, no group is large while there are few, and all start within ten seconds', () => {
  for (const [count, rooms] of [
    [0, 1],
    [1, 1],
    [35, 1],
    [400, 40],
    [3_000, 900],
    [20_000, 5],
  ] as const) {
    const { groups, everyMs } = grouped(count, rooms);
    expect(
      groups
        .flat()
        .map(({ index }) => index)
        .sort((a, b) => a - b),
    ).toEqual(people(count, rooms).map(({ index }) => index));
    expect(Math.max(0, ...groups.map(({ length }) => length))).toBeLessThanOrEqual(
      Math.max(10, Math.ceil(count / 100)),
    );
    expect((groups.length - 1) * everyMs).toBeLessThanOrEqual(10_000);
  }
});
