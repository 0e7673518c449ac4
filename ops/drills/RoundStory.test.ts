import { expect, test } from 'vitest';
import { type RoundStory, withFrames } from './RoundStory.ts';

function story(round: number, gapMs: number, from = 0): RoundStory {
  const gap = { from, to: from + gapMs };
  return {
    ...{ round, faultAt: round * 100_000, what: 'killed', recoveredMs: 1, replacedMs: 1, steps: [] },
    gaps: [{ receiver: 'ann', publisher: 'ben', kind: 'video', hit: true, gap }],
  };
}

test('the typical round and the one with the longest gap keep their frames, relative to the fault', () => {
  const told = withFrames([story(1, 900), story(2, 300), story(3, 400)], ({ from, to }) => [
    { receiver: 'ann', publisher: 'ben', kind: 'video', times: [from, to] },
  ]);
  expect(told.map(({ frames }) => frames?.tracks[0]?.times)).toEqual([[-500, 1_600], undefined, [-500, 1_100]]);
});

test('a gap long after the fault is shown with what is around it', () => {
  const [told] = withFrames([story(1, 400, 20_000)], () => []);
  expect(told?.frames?.window).toEqual({ from: 17_200, to: 23_200 });
});
