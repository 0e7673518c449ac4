/** Chooses and prints the seed of a random test. It is printed at the start: it is wanted also when the test dies or hangs. */
export function seedOf(name: string): number {
  const seed = Math.trunc(Math.random() * 2 ** 31);
  console.info(`${name}: seed ${seed}`);
  return seed;
}

/** Parameters of a property that fast-check runs. */
export function seeded(name: string, numRuns: number): { readonly seed: number; readonly numRuns: number } {
  return { seed: seedOf(`${name}, ${numRuns} runs`), numRuns };
}
