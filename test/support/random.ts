export { randomFrom } from '../../ops/kit/random.ts';

/** A test that uses the seed has it in its title. TEST_SEED repeats a run. */
export const SEED = Number(process.env.TEST_SEED ?? Math.trunc(Math.random() * 2 ** 31));

export function randomBytes(random: () => number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}
