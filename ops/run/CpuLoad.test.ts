import { expect, test } from 'vitest';
import { CpuLoad, type CpuTimes } from './CpuLoad.ts';

function source(steps: readonly (CpuTimes | null)[]): () => CpuTimes | null {
  let next = 0;
  return () => steps[Math.min(next++, steps.length - 1)] ?? null;
}

const idle: CpuTimes = { usedMs: 0, availableMs: 0 };

test('a load that stays is seen in full, a burst hardly', () => {
  const load = new CpuLoad([source([idle, { usedMs: 600, availableMs: 1_000 }])]);
  expect(load.share).toBe(0);
  load.sample(60_000);
  expect(load.share).toBeCloseTo(0.6, 3);
  const burst = new CpuLoad([source([idle, { usedMs: 1_000, availableMs: 1_000 }])]);
  burst.sample(1_000);
  expect(burst.share).toBeLessThan(0.25);
});

test('the tighter of two limits counts, and a container without a limit is none', () => {
  const machine = source([idle, { usedMs: 100, availableMs: 1_000 }]);
  const container = source([idle, { usedMs: 90, availableMs: 100 }]);
  const tight = new CpuLoad([machine, container]);
  tight.sample(60_000);
  expect(tight.share).toBeCloseTo(0.9, 3);
  const loose = new CpuLoad([source([idle, { usedMs: 100, availableMs: 1_000 }]), source([null])]);
  loose.sample(60_000);
  expect(loose.share).toBeCloseTo(0.1, 3);
});

test('on this machine it is a share', () => {
  const load = new CpuLoad();
  load.sample(1_000);
  expect(load.share).toBeGreaterThanOrEqual(0);
  expect(load.share).toBeLessThanOrEqual(1);
});
