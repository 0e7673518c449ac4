/**
 * What a microphone of a drill hears. It hears another tone for as long as it is meant to be muted, so whoever hears that
 * one hears sound that was captured while the microphone was muted, however late buffers play it.
 */
export type Tone = 'open' | 'muted';

/** Far apart, and both well within what Opus keeps. */
export const TONE_HZ: Readonly<Record<Tone, number>> = { open: 440, muted: 2_000 };
/** Of full scale. */
export const TONE_AMPLITUDE = 0.25;
/** -50 dBFS: quieter is comfort noise, or the end of sound that a decoder made up and fades out. */
const AUDIBLE = 0.003;

/** Which tone there is to be heard in a stretch of mono sound, samples from -1 to 1; null: neither. */
export function toneIn(samples: Float32Array, sampleRate: number): Tone | null {
  const open = amplitudeAt(TONE_HZ.open, samples, sampleRate);
  const muted = amplitudeAt(TONE_HZ.muted, samples, sampleRate);
  if (Math.max(open, muted) < AUDIBLE) return null;
  return muted > open ? 'muted' : 'open';
}

/** The amplitude of one frequency, by Goertzel's algorithm (G. Goertzel, 1958). */
function amplitudeAt(hz: number, samples: Float32Array, sampleRate: number): number {
  const step = (2 * Math.PI * hz) / sampleRate;
  const coefficient = 2 * Math.cos(step);
  let last = 0;
  let beforeLast = 0;
  for (const sample of samples) {
    const next = sample + coefficient * last - beforeLast;
    beforeLast = last;
    last = next;
  }
  const power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast;
  return samples.length === 0 ? 0 : (2 * Math.sqrt(Math.max(0, power))) / samples.length;
}
