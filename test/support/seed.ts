import { SEED } from './random.ts';

/**
 * Prints the seed of a random test and returns it; TEST_SEED repeats a run. It is printed at the start, since it is wanted
 * also when the test dies or hangs.
 */
export function seedOf(name: string): number {
  console.info(`${name}: seed ${SEED}`);
  return SEED;
}

/** Parameters of a property that fast-check runs. */
export function seeded(name: string, numRuns: number): { readonly seed: number; readonly numRuns: number } {
  return { seed: seedOf(`${name}, ${numRuns} runs`), numRuns };
}
