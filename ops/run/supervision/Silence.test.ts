import { expect, test } from 'vitest';
import type { MainThread } from '../../../core/mainThread.ts';
import { Silence } from './Silence.ts';

const LIMITS = { servingMs: 3_000, startingMs: 60_000 };
const WAITS: MainThread = { running: false, wantedMs: 70 };
const RUNS: MainThread = { running: true, wantedMs: 70 };

/** Returns after how many seconds without a word the process is ended; null if it is not within 20 minutes. */
function endedAfter(starting: boolean, threadAt: (second: number) => MainThread | null): number | null {
  let second = 0;
  const silence = new Silence({ now: () => second * 1_000, threadOf: () => threadAt(second) });
  for (second = 1; second <= 1_200; second += 1) {
    silence.look(1);
    if (silence.isTooLong(LIMITS, starting)) return second;
  }
  return null;
}

test('a process that starts is ended after its limit if it does nothing that the system can see', () => {
  expect(endedAfter(true, () => WAITS)).toBe(61);
  expect(endedAfter(true, () => null)).toBe(61);
});

test('a process that starts and is at work is given ten times as long', () => {
  expect(endedAfter(true, () => RUNS)).toBe(601);
  expect(endedAfter(true, (second) => ({ running: false, wantedMs: 120 * second }))).toBe(601);
  // On a busy disk it waits for seconds, and works for one.
  expect(endedAfter(true, (second) => (second % 20 === 0 ? RUNS : WAITS))).toBe(601);
  expect(endedAfter(true, (second) => (second < 100 ? RUNS : WAITS))).toBe(160);
});

test('a process that serves is ended after its limit, and after four times as long while it computes', () => {
  expect(endedAfter(false, () => WAITS)).toBe(4);
  expect(endedAfter(false, () => RUNS)).toBe(13);
});

test('what it says, and what its listener slept through, ends the silence', () => {
  let now = 0;
  const silence = new Silence({ now: () => now, threadOf: () => WAITS });
  now = 100_000;
  expect(silence.isTooLong(LIMITS, true)).toBe(true);
  silence.forgive();
  expect(silence.isTooLong(LIMITS, true)).toBe(false);
  now = 104_000;
  expect(silence.isTooLong(LIMITS, false)).toBe(true);
  silence.heard();
  expect(silence.ms).toBe(0);
  expect(silence.isTooLong(LIMITS, false)).toBe(false);
});
