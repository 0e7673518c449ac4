import { readFileSync } from 'node:fs';
import wrtc from '@roamhq/wrtc';
import type { TestMedia } from '../../testMedia.ts';
import type { Microphone } from '../ClientPlatform.ts';
import { TONE_AMPLITUDE, TONE_HZ, type Tone } from '../tones.ts';

const { RTCAudioSource, RTCVideoSource } = wrtc.nonstandard;

const SAMPLE_RATE = 48_000;
/** libwebrtc takes sound in stretches of 10 ms. */
const STRETCH_MS = 10;
const STRETCH_SAMPLES = (SAMPLE_RATE * STRETCH_MS) / 1_000;
/** A process that fell behind catches up this much and drops the rest. */
const MOST_BEHIND_MS = 200;

/** A camera that films the test card. */
export function openCamera({ picturesPath, picture }: TestMedia): MediaStreamTrack {
  const { width, height, framesPerSecond } = picture;
  const pictures = picturesIn(readFileSync(picturesPath), (width * height * 3) / 2);
  const source = new RTCVideoSource();
  onBeat(1_000 / framesPerSecond, (n) => {
    const data = pictures[n % pictures.length];
    if (data) source.onFrame({ width, height, data });
  });
  // Of every picture wrtc says that it has 640 x 480, and a client would make the layers that suit those.
  const settings: MediaTrackSettings = { width, height, frameRate: framesPerSecond };
  return Object.defineProperty(source.createTrack(), 'getSettings', { value: () => settings });
}

/** Copies each picture into its own buffer: libwebrtc reads the whole buffer, not the view of it. */
function picturesIn(film: Buffer, bytes: number): Uint8Array[] {
  return Array.from(
    { length: Math.floor(film.length / bytes) },
    (_, index) => new Uint8Array(film.subarray(index * bytes, (index + 1) * bytes)),
  );
}

/** A microphone that hears a steady tone. */
export function openMicrophone(): Microphone {
  const source = new RTCAudioSource();
  let hertz = TONE_HZ.open;
  onBeat(STRETCH_MS, (n) => {
    source.onData({
      samples: stretchOf(hertz, n),
      sampleRate: SAMPLE_RATE,
      bitsPerSample: 16,
      channelCount: 1,
      numberOfFrames: STRETCH_SAMPLES,
    });
  });
  return {
    track: source.createTrack(),
    async hear(tone: Tone) {
      hertz = TONE_HZ[tone];
    },
  };
}

/** The n-th stretch of a sine. */
function stretchOf(hertz: number, n: number): Int16Array {
  const loudest = TONE_AMPLITUDE * 32_767;
  // A whole second has a whole number of periods.
  const first = (n * STRETCH_SAMPLES) % SAMPLE_RATE;
  return Int16Array.from({ length: STRETCH_SAMPLES }, (_, k) =>
    Math.round(loudest * Math.sin((2 * Math.PI * hertz * (first + k)) / SAMPLE_RATE)),
  );
}

/** Calls `beat` with 0, 1, 2, … at the pace of the clock until the process ends. */
function onBeat(everyMs: number, beat: (n: number) => void): void {
  let startedAt = performance.now();
  let next = 0;
  setInterval(() => {
    let due = Math.floor((performance.now() - startedAt) / everyMs);
    if ((due - next) * everyMs > MOST_BEHIND_MS) {
      startedAt += (due - next) * everyMs;
      due = next;
    }
    for (; next <= due; next += 1) beat(next);
  }, everyMs / 2);
}
