import { describe, expect, test } from 'vitest';
import { TONE_AMPLITUDE, TONE_HZ, toneIn } from './tones.ts';

const RATE = 48_000;

function sine(hz: number, amplitude: number, samples = 480): Float32Array {
  return Float32Array.from({ length: samples }, (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / RATE));
}

describe('the tone of a stretch of 10 ms', () => {
  test.each(['open', 'muted'] as const)('the %s tone is recognised by its pitch, loud or faint', (tone) => {
    expect(toneIn(sine(TONE_HZ[tone], TONE_AMPLITUDE), RATE)).toBe(tone);
    expect(toneIn(sine(TONE_HZ[tone], 0.01), RATE)).toBe(tone);
  });

  test('the muted tone is heard beneath a fading open tone once it is the louder one', () => {
    const mixed = sine(TONE_HZ.open, 0.02).map((sample, n) => sample + (sine(TONE_HZ.muted, 0.05)[n] ?? 0));
    expect(toneIn(mixed, RATE)).toBe('muted');
  });

  test('an open tone that breaks off in the middle of a stretch stays the open one', () => {
    for (let kept = 48; kept <= 480; kept += 24) {
      const broken = sine(TONE_HZ.open, TONE_AMPLITUDE).map((sample, n) => (n < kept ? sample : 0));
      expect(toneIn(broken, RATE)).toBe('open');
    }
  });

  test('silence and noise below -50 dBFS hold no tone', () => {
    expect(toneIn(new Float32Array(480), RATE)).toBeNull();
    expect(toneIn(new Float32Array(0), RATE)).toBeNull();
    expect(toneIn(sine(TONE_HZ.open, 0.002), RATE)).toBeNull();
  });
});
