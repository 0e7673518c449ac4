import wrtc from '@roamhq/wrtc';
import { type Tone, toneIn } from '../tones.ts';

const { RTCAudioSink, RTCVideoSink } = wrtc.nonstandard;

/** The package's event for every 10 ms of sound; its types only say that it is an event. */
interface SoundData {
  /** Samples of all channels, interleaved. */
  readonly samples: Int16Array;
  readonly sampleRate: number;
  readonly channelCount?: number;
}

const FULL_SCALE = 32_768;

/** Calls `onPicture` for every decoded picture. Returns a function that stops it. */
export function watchPictures(track: MediaStreamTrack, onPicture: () => void): () => void {
  const sink = new RTCVideoSink(track);
  sink.onframe = onPicture;
  return () => sink.stop();
}

/** Calls `onTone` for every stretch of 10 ms that holds a tone. Returns a function that stops it. */
export function watchSound(track: MediaStreamTrack, onTone: (tone: Tone) => void): () => void {
  const sink = new RTCAudioSink(track);
  sink.ondata = (data: unknown) => {
    const { samples, sampleRate, channelCount = 1 } = data as SoundData;
    const left = Float32Array.from(
      { length: Math.floor(samples.length / channelCount) },
      (_, n) => (samples[n * channelCount] ?? 0) / FULL_SCALE,
    );
    const tone = toneIn(left, sampleRate);
    if (tone) onTone(tone);
  };
  return () => sink.stop();
}
