import { expect, test } from 'vitest';
import { type PathCounts, PathWatch } from './PathWatch.ts';

const START = { tapPackets: 100, framesIn: 10, framesOut: 10, republishPackets: 100 };

/** Returns the result of the last of these looks. */
function isOpen(...looks: readonly Partial<PathCounts>[]): boolean {
  const path = new PathWatch();
  path.isOpen(START);
  return looks.map((counts) => path.isOpen({ ...START, ...counts })).at(-1) ?? true;
}

test('packets that never arrive show a cut path, either way', () => {
  const tapCut = { tapPackets: 200, framesOut: 20, republishPackets: 200 };
  expect(isOpen(tapCut, tapCut)).toBe(false);
  const republishCut = { tapPackets: 200, framesIn: 20, framesOut: 20 };
  expect(isOpen(republishCut, { ...republishCut, framesIn: 30 })).toBe(false);
  const well = { tapPackets: 200, framesIn: 20, framesOut: 20, republishPackets: 200 };
  expect(isOpen(well, well)).toBe(true);
});

test('a path on which nothing is sent misses nothing', () => {
  expect(isOpen({}, {}, {}, {}, {})).toBe(true);
});

test('a path that loses a little at each look counts as cut in the end', () => {
  expect(isOpen({ tapPackets: 110 }, { tapPackets: 120 })).toBe(true);
  expect(isOpen({ tapPackets: 110 }, { tapPackets: 120 }, { tapPackets: 130 })).toBe(false);
});

test('a large frame that is halfway through at one look does not count as lost', () => {
  const halfway = { tapPackets: 160 };
  const arrived = { tapPackets: 200, framesIn: 11 };
  expect(isOpen(halfway, arrived, { ...arrived, tapPackets: 260 })).toBe(true);
});

test('a cut path is open again once something arrives', () => {
  const cut = { tapPackets: 200 };
  expect(isOpen(cut, cut, { tapPackets: 300, framesIn: 11 })).toBe(true);
});
