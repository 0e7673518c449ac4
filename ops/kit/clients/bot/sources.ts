import { readFileSync } from 'node:fs';
import wrtc from '@roamhq/wrtc';
import { SAMPLE_RATE, type TestMedia } from '../../testMedia.ts';

const { RTCAudioSource, RTCVideoSource } = wrtc.nonstandard;

/** libwebrtc takes sound in stretches of 10 ms. */
const STRETCH_MS = 10;
const STRETCH_SAMPLES = (SAMPLE_RATE * STRETCH_MS) / 1_000;
/** A process that was held up catches up this much and drops the rest. */
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
  return source.createTrack();
}

/** Each in a buffer of its own: libwebrtc looks at the whole buffer, not at the view of it. */
function picturesIn(film: Buffer, bytes: number): Uint8Array[] {
  return Array.from(
    { length: Math.floor(film.length / bytes) },
    (_, index) => new Uint8Array(film.subarray(index * bytes, (index + 1) * bytes)),
  );
}

/** A microphone that hears the tone. */
export function openMicrophone({ tonePath }: TestMedia): MediaStreamTrack {
  const wav = readFileSync(tonePath);
  const start = wav.indexOf('data') + 8;
  const samples = new Int16Array(
    wav.buffer.slice(wav.byteOffset + start, wav.byteOffset + wav.length - ((wav.length - start) % 2)),
  );
  const stretches = Math.floor(samples.length / STRETCH_SAMPLES);
  const source = new RTCAudioSource();
  onBeat(STRETCH_MS, (n) => {
    const from = (n % stretches) * STRETCH_SAMPLES;
    source.onData({
      samples: samples.slice(from, from + STRETCH_SAMPLES),
      sampleRate: SAMPLE_RATE,
      bitsPerSample: 16,
      channelCount: 1,
      numberOfFrames: STRETCH_SAMPLES,
    });
  });
  return source.createTrack();
}

/** Calls `beat` with 0, 1, 2, … at the pace of the clock, for as long as the process lives. */
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
