import { expect, test } from 'vitest';
import { hotMic } from './hotMics.ts';

const muted = [
  { from: 1_000, to: 5_000 },
  { from: 9_000, to: 12_000 },
];

test('[M2] one stretch of the muted tone is a hot mic, reported with the mute that it broke', () => {
  expect(hotMic('ann', 'ben', [1_600], muted)).toEqual({
    receiver: 'ann',
    publisher: 'ben',
    heard: { from: 1_600, to: 1_600, stretches: 1 },
    muted: { from: 1_000, to: 5_000 },
  });
});

test('[M2] a hot mic counts even if buffers play its sound only after the unmute', () => {
  expect(hotMic('ann', 'ben', [5_200, 5_210], muted)).toMatchObject({
    heard: { from: 5_200, to: 5_210, stretches: 2 },
    muted: { from: 1_000, to: 5_000 },
  });
});

test('a receiver that never hears the muted tone has no hot mic', () => {
  expect(hotMic('ann', 'ben', [], muted)).toBeNull();
});
