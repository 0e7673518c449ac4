import { expect, test } from 'vitest';
import { randomFrom } from '../../kit/random.ts';
import { growthOf, type Sample, WARM_UP_MS } from './growth.ts';

const MIB = 1024 * 1024;

/** A sample every five seconds. `mib`: the memory at a minute, warm-up included. */
function watched(minutes: number, mib: (minute: number) => number): Sample[] {
  return Array.from({ length: minutes * 12 + 1 }, (_, index) => ({ at: index * 5_000, bytes: mib(index / 12) * MIB }));
}

test('memory that rises while a process warms up, and then goes up and down, is flat', () => {
  const random = randomFrom(1);
  const samples = watched(60, (minute) => 100 + 30 * Math.min(1, minute / 3) + 20 * random());
  expect(growthOf(samples)).toMatchObject({ verdict: 'flat', minutes: 57 });
});

test('memory that leaks grows, however much garbage hides it', () => {
  const random = randomFrom(2);
  const growth = growthOf(watched(60, (minute) => 120 + minute / 3 + 40 * random()));
  expect(growth?.verdict).toBe('grows');
  expect(growth?.bytesPerHour).toBeGreaterThan(15 * MIB);
  expect(growth?.bytesPerHour).toBeLessThan(25 * MIB);
});

test('a single peak, and a fault that frees memory, are no growth', () => {
  const samples = watched(30, (minute) => (minute > 20 && minute < 21 ? 400 : minute > 25 ? 110 : 130));
  expect(growthOf(samples)?.verdict).toBe('flat');
});

test('a step, such as a first meeting, is no growth, and a leak after it is', () => {
  const stepped = (minute: number): number => (minute < 10 ? 13 : 17.6) + 0.2 * (Math.floor(minute) % 2);
  expect(growthOf(watched(25, stepped))).toMatchObject({ verdict: 'flat', minutes: 11 });
  expect(growthOf(watched(40, (minute) => stepped(minute) + Math.max(0, minute - 10) / 3))?.verdict).toBe('grows');
});

test('ten minutes after the warm-up are enough to tell', () => {
  const random = randomFrom(4);
  const noise = Array.from({ length: 15 }, () => 3 * random());
  const noisy = (minute: number): number => noise[Math.floor(minute)] ?? 0;
  expect(growthOf(watched(13, (minute) => 130 + noisy(minute)))?.verdict).toBe('flat');
  expect(growthOf(watched(13, (minute) => 130 + 2 * minute + noisy(minute)))?.verdict).toBe('grows');
});

test('who was watched for a moment, or varies too much, is not called flat', () => {
  expect(growthOf([])).toBeNull();
  expect(growthOf(watched(WARM_UP_MS / 60_000, () => 100))).toBeNull();
  expect(growthOf(watched(12, () => 100))).toBeNull();
  const swinging = watched(14, (minute) => (Math.floor(minute) % 2 === 0 ? 100 : 160));
  expect(growthOf(swinging)?.verdict).toBe('unclear');
});
