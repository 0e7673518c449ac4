import { expect, test } from 'vitest';
import { LayerPlan } from './LayerPlan.ts';

const wish = { encode: true, keyframe: false, bitrateBps: 500_000 };

function keyframesOf(
  steps: readonly [changes: Partial<typeof wish>, worker: object | null][],
): (boolean | undefined)[] {
  const plan = new LayerPlan({ scaleDownBy: 1, bitrateBps: 0 });
  return steps.map(([changes, worker], index) => plan.jobFor({ ...wish, ...changes }, index * 3_000, worker)?.keyframe);
}

test('a layer begins anew with each worker, also with one that it had before', () => {
  const [a, b] = [{}, {}];
  const workers = [a, a, b, b, a];
  expect(keyframesOf(workers.map((worker) => [{}, worker]))).toEqual([true, false, true, false, true]);
});

test('a keyframe is asked for once, with the first picture that somebody works on', () => {
  const worker = {};
  const steps = [
    [{}, worker],
    [{ keyframe: true }, null],
    [{ encode: false }, worker],
    [{}, worker],
    [{}, worker],
  ] as const;
  expect(keyframesOf(steps.map(([changes, by]) => [changes, by]))).toEqual([true, undefined, undefined, true, false]);
});

test('a new worker starts with the bitrate that was last wished of a picture, and never with none', () => {
  const plan = new LayerPlan({ scaleDownBy: 1, bitrateBps: 0 });
  expect(plan.bitrateBps).toBeGreaterThan(0);
  plan.note(wish);
  plan.note({ encode: false, keyframe: false, bitrateBps: 0 });
  expect(plan.bitrateBps).toBe(500_000);
});
