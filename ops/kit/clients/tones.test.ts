import { describe, expect, test } from 'vitest';
import { TONE_AMPLITUDE, TONE_HZ, toneIn } from './tones.ts';

const RATE = 48_000;

function sine(hz: number, amplitude: number, samples = 480, phase = 0): Float32Array {
  return Float32Array.from({ length: samples }, (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / RATE + phase));
}

const PHASES = Array.from({ length: 24 }, (_, n) => (n / 24) * 2 * Math.PI);

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

  test('an open tone that breaks off or begins anywhere in a stretch is never taken for the muted one', () => {
    for (const phase of PHASES) {
      const whole = sine(TONE_HZ.open, TONE_AMPLITUDE, 480, phase);
      for (let at = 0; at <= 480; at += 1) {
        expect(
          toneIn(
            whole.map((sample, n) => (n < at ? sample : 0)),
            RATE,
          ),
        ).not.toBe('muted');
        expect(
          toneIn(
            whole.map((sample, n) => (n < at ? 0 : sample)),
            RATE,
          ),
        ).not.toBe('muted');
      }
    }
  });

  test('the muted tone counts from a fifth of a stretch on, at either end', () => {
    for (const phase of PHASES) {
      const whole = sine(TONE_HZ.muted, TONE_AMPLITUDE, 480, phase);
      for (let filled = 96; filled <= 480; filled += 1) {
        expect(
          toneIn(
            whole.map((sample, n) => (n < filled ? sample : 0)),
            RATE,
          ),
        ).toBe('muted');
        expect(
          toneIn(
            whole.map((sample, n) => (n < 480 - filled ? 0 : sample)),
            RATE,
          ),
        ).toBe('muted');
      }
    }
  });

  test('silence and noise below -50 dBFS hold no tone', () => {
    expect(toneIn(new Float32Array(480), RATE)).toBeNull();
    expect(toneIn(new Float32Array(0), RATE)).toBeNull();
    expect(toneIn(sine(TONE_HZ.open, 0.002), RATE)).toBeNull();
  });
});
