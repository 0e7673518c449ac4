import { expect, test } from 'vitest';
import type { GrowthVerdict } from './growth.ts';
import { formatMemory, type ProcessMemory, verdictOf } from './MemoryWatch.ts';

function watched(role: string, verdict: GrowthVerdict | null): ProcessMemory {
  const figures = { minutes: 7, fromBytes: 1e8, toBytes: 1e8, bytesPerHour: 0, low: -1, high: 1, limitBytes: 1e7 };
  return { role, pid: 1, growth: verdict && { ...figures, verdict } };
}

const FLAT = ['server', 'worker', 'Redis'].map((role) => watched(role, 'flat'));

test('a process that was replaced too soon to be judged does not hide the verdict on the others', () => {
  const memory = [...FLAT, watched('worker', null), watched('track of the reencoder', null)];
  expect(verdictOf(memory)).toBe('flat');
  expect(formatMemory(memory)).toContain('server flat, worker flat, Redis flat, track of the reencoder not judged');
});

test('one process that grows is enough, and one that nobody watched leaves the verdict open', () => {
  expect(verdictOf([...FLAT, watched('reencoder', 'grows'), watched('standby', 'unclear')])).toBe('grows');
  expect(verdictOf([...FLAT, watched('standby', 'unclear')])).toBe('unclear');
  expect(verdictOf([...FLAT.slice(1), watched('server', null)])).toBe('unclear');
  expect(verdictOf([])).toBe('unclear');
});
