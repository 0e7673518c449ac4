import { cpus } from 'node:os';

/** For as many numbers a core of our test machines needs `USUAL_MS` in their quick hours. */
const NUMBERS = 1_000_000;
const USUAL_MS = 120;

/**
 * Returns how many cores of usual speed this machine has to spare now, at most as many as it has. It sorts numbers for
 * a tenth of a second: that takes longer on a slow machine, and on a busy one less time is idle beside it.
 */
export function freeCores(): number {
  const numbers = Float64Array.from({ length: NUMBERS }, () => Math.random());
  const idleBefore = idleMs();
  const startedAt = performance.now();
  numbers.sort();
  const elapsedMs = performance.now() - startedAt;
  const idleCores = Math.min(cpus().length, 1 + (idleMs() - idleBefore) / elapsedMs);
  return idleCores * Math.min(1, USUAL_MS / elapsedMs);
}

function idleMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}
