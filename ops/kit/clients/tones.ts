/**
 * The tone that a drill's microphone hears. While it is muted, it hears another one: a receiver that plays the muted
 * tone plays sound that was captured during a mute, however late buffers play it.
 */
export type Tone = 'open' | 'muted';

/** Far apart, and both well within the band that Opus keeps. */
export const TONE_HZ: Readonly<Record<Tone, number>> = { open: 440, muted: 2_000 };
/** A fraction of full scale. */
export const TONE_AMPLITUDE = 0.25;
/**
 * The part of the power of a stretch that the muted tone has at least. A few samples of the open tone, cut off by a
 * mute, hold every frequency a little; the muted tone has more from a tenth of a stretch on.
 */
const MUTED_SHARE = 0.1;
/** -50 dBFS: quieter sound is comfort noise, or sound that a decoder made up and fades out. */
const AUDIBLE = 0.003;

/** Returns the tone in a stretch of mono sound with samples from -1 to 1, or null if it holds neither. */
export function toneIn(samples: Float32Array, sampleRate: number): Tone | null {
  const open = amplitudeAt(TONE_HZ.open, samples, sampleRate);
  const muted = amplitudeAt(TONE_HZ.muted, samples, sampleRate);
  if (Math.max(open, muted) < AUDIBLE) return null;
  if (muted <= open) return 'open';
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return muted ** 2 / 2 >= MUTED_SHARE * power ? 'muted' : null;
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
