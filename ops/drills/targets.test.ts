import { expect, test } from 'vitest';
import { summarize } from '../kit/statistics.ts';
import { isMet, type Judged, targetsOf } from './targets.ts';

const media = { video: summarize([200, 300]), audio: summarize([50]) };
const verdicts = (judged: Partial<Judged>) =>
  targetsOf({ fault: 'server', media, ...judged }).map((target) => [target.name, isMet(target)]);

test('a reencoder is judged by how soon its viewers have the sources, and reencoded pictures again', () => {
  const fault = 'reencoder';
  const [fallbackMs, returnMs] = [summarize([200, 390]), summarize([2_000, 4_500])];
  expect(verdicts({ fault, fallbackMs, returnMs })).toEqual([
    ['fallback max', true],
    ['return max', false],
  ]);
});

test('a fault is judged by the floor of its run, and what is done on purpose by the calm before it', () => {
  const met = (p50: boolean, p99: boolean) => [
    ['video p50', p50],
    ['video p99', p99],
  ];
  expect(verdicts({})).toEqual(met(true, true));
  expect(verdicts({ floor: { video: summarize([150, 260]), audio: media.audio } })).toEqual(met(false, true));
  const calm = { video: summarize([60, 280]), audio: summarize([5]) };
  expect(verdicts({ fault: 'drain', calm })).toEqual([
    ['video p99', true],
    ['audio p99', false],
  ]);
});
