import { expect, test } from 'vitest';
import { hotMic } from './hotMics.ts';

const muted = [
  { from: 1_000, to: 5_000 },
  { from: 9_000, to: Number.POSITIVE_INFINITY },
];

test('[M2] one audible frame of a muted microphone is a hot mic', () => {
  expect(hotMic('ann', 'ben', [900, 1_600], muted)).toEqual({
    receiver: 'ann',
    publisher: 'ben',
    at: 1_600,
    frames: 1,
  });
  expect(hotMic('ann', 'ben', [99_000], muted)?.at).toBe(99_000);
});

test('what is heard while it is open, or was on its way when it was muted, is none', () => {
  expect(hotMic('ann', 'ben', [900, 1_400, 6_000, 8_990, 9_100], muted)).toBeNull();
  expect(hotMic('ann', 'ben', [], muted)).toBeNull();
});
