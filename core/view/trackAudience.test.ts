import { expect, test } from 'vitest';
import { fc } from '../../test/support/fastCheck.ts';
import { measureAudience, type TrackAudience } from './trackAudience.ts';

/** One measurement a second: requests a second and viewers. */
function watch(
  seconds: readonly { readonly requests: number; readonly watching: number }[],
  before: TrackAudience | null = null,
): TrackAudience[] {
  const all: TrackAudience[] = [];
  let last = before;
  let total = before?.sample.requests ?? 0;
  let at = before?.at ?? 0;
  for (const { requests, watching } of seconds) {
    total += requests;
    at += 1_000;
    last = measureAudience(last, { watching, requests: total }, at);
    all.push(last);
  }
  return all;
}

const often = (requests: number, count: number) => Array.from({ length: count }, () => ({ requests, watching: 10 }));

test('an audience that requests keyframes all the time is restless, one burst is not', () => {
  expect(watch(often(2, 60)).at(-1)?.isRestless).toBe(true);
  const [burst, ...calm] = [{ requests: 14, watching: 10 }, ...often(0, 60)];
  expect(watch([...often(0, 1), burst, ...calm]).some(({ isRestless }) => isRestless)).toBe(false);
});

test('a restless audience stays so at half the requests, and is calm again without any', () => {
  const restless = watch(often(2, 60)).at(-1) ?? null;
  expect(watch(often(0.5, 300), restless).every(({ isRestless }) => isRestless)).toBe(true);
  expect(watch(often(0, 120), restless).at(-1)?.isRestless).toBe(false);
});

test('counters that begin again count as no requests', () => {
  const restless = watch(often(3, 60)).at(-1) ?? null;
  const next = measureAudience(restless, { watching: 10, requests: 0 }, 61_000);
  expect(next.requestsPerSecond).toBeLessThan(restless?.requestsPerSecond ?? 0);
  expect(next.requestsPerSecond).toBeGreaterThan(0);
});

test('whatever is measured, the figures stay between what was measured, and do not depend on how often', () => {
  const second = fc.record({ requests: fc.nat(50), watching: fc.nat(1_000) });
  fc.assert(
    fc.property(fc.array(second, { minLength: 2, maxLength: 100 }), (seconds) => {
      for (const { watching, requestsPerSecond } of watch(seconds)) {
        expect(requestsPerSecond).toBeGreaterThanOrEqual(0);
        expect(requestsPerSecond).toBeLessThanOrEqual(Math.max(...seconds.map(({ requests }) => requests)) + 1e-9);
        expect(watching).toBeGreaterThanOrEqual(Math.min(...seconds.map((one) => one.watching)) - 1e-9);
        expect(watching).toBeLessThanOrEqual(Math.max(...seconds.map((one) => one.watching)) + 1e-9);
      }
    }),
  );
  const first = measureAudience(null, { watching: 0, requests: 0 }, 0);
  const once = measureAudience(first, { watching: 8, requests: 40 }, 20_000);
  const half = measureAudience(first, { watching: 8, requests: 20 }, 10_000);
  const twice = measureAudience(half, { watching: 8, requests: 40 }, 20_000);
  expect(twice.watching).toBeCloseTo(once.watching);
  expect(twice.requestsPerSecond).toBeCloseTo(once.requestsPerSecond);
});

test('an audience that became restless stays so for twenty seconds, however its requests change', () => {
  const second = fc.record({ requests: fc.nat(10), watching: fc.nat(100) });
  fc.assert(
    fc.property(fc.array(second, { minLength: 50, maxLength: 300 }), (seconds) => {
      const moods = watch(seconds).map(({ isRestless }) => isRestless);
      const ends = moods.flatMap((mood, index) => (index > 0 && moods[index - 1] && !mood ? [index] : []));
      const begins = moods.flatMap((mood, index) => (index > 0 && !moods[index - 1] && mood ? [index] : []));
      // From 1 to 0.25 requests a second the smoothed figure needs 15 s · ln 4 without any.
      for (const end of ends) {
        const begin = begins.findLast((index) => index < end) ?? 0;
        expect(end - begin).toBeGreaterThanOrEqual(20);
      }
    }),
  );
});
