import { describe, expect, test } from 'vitest';
import { intervals, lengthOf, longestGap, type Span } from './gaps.ts';

/** A frame every 50 ms from `from` up to and including `to`. */
function frames(from: number, to: number): number[] {
  return Array.from({ length: Math.floor((to - from) / 50) + 1 }, (_, index) => from + index * 50);
}

function gapMs(times: readonly number[], span: Span): number | null {
  const gap = longestGap(times, span);
  return gap && lengthOf(gap);
}

describe('the gap around a fault', () => {
  const span = { from: 1_020, to: 5_000 };

  test('a gap runs from the last frame before the fault to the first frame after', () => {
    const times = [...frames(0, 1_000), ...frames(1_600, 5_000)];
    expect(longestGap(times, span)).toEqual({ from: 1_000, to: 1_600 });
    expect(gapMs(times, span)).toBe(600);
  });

  test('a gap starts at the last frame shown, even if a buffer showed frames after the fault', () => {
    expect(gapMs([...frames(0, 1_100), ...frames(1_600, 5_000)], span)).toBe(500);
  });

  test('the second hole is the gap if it is longer', () => {
    expect(gapMs([...frames(0, 1_000), 1_200, ...frames(2_400, 5_000)], span)).toBe(1_200);
  });

  test('a gap is the usual interval if no frame was missed', () => {
    expect(gapMs(frames(0, 6_000), span)).toBe(50);
  });

  test('a gap is unknown if media did not come back or never came', () => {
    expect(gapMs(frames(0, 1_000), span)).toBeNull();
    expect(gapMs(frames(2_000, 2_000), span)).toBeNull();
    expect(gapMs([], span)).toBeNull();
  });

  test('holes before and after the span do not count as the gap', () => {
    expect(gapMs([0, ...frames(800, 6_000), 9_000], { from: 1_000, to: 6_000 })).toBe(50);
  });
});

test('the intervals of a calm time show the usual jitter', () => {
  expect(intervals([0, 100, 150, 200, 900], { from: 100, to: 300 })).toEqual([50, 50]);
});

test('the pause of a muted microphone is no jitter, at its edges either', () => {
  const times = [0, 20, 40, 500, 900, 1_000, 1_020];
  expect(intervals(times, { from: 0, to: 2_000 }, [{ from: 50, to: 990 }])).toEqual([20, 20, 20]);
});
