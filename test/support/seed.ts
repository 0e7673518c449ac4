import { SEED } from './random.ts';

/**
 * Prints the seed of a random test and returns it. TEST_SEED repeats a run. It prints at the start, so that the seed is
 * known even if the test dies or hangs.
 */
export function seedOf(name: string): number {
  console.info(`${name}: seed ${SEED}`);
  return SEED;
}

/** TEST_RUNS=10 makes ten times as many random runs, as before a release. */
const TIMES = Number(process.env.TEST_RUNS ?? 1);

/** Returns the parameters for a fast-check property. */
export function seeded(name: string, runs: number): { readonly seed: number; readonly numRuns: number } {
  const numRuns = runs * TIMES;
  return { seed: seedOf(`${name}, ${numRuns} runs`), numRuns };
}
