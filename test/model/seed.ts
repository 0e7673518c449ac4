/** Parameters of a random test. The seed is printed at the start: it is wanted also when the test dies or hangs. */
export function seeded(name: string, numRuns: number): { readonly seed: number; readonly numRuns: number } {
  const seed = Math.trunc(Math.random() * 2 ** 31);
  console.info(`${name}: seed ${seed}, ${numRuns} runs`);
  return { seed, numRuns };
}
