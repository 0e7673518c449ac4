import wrtc from '@roamhq/wrtc';

const { RTCAudioSink, RTCVideoSink } = wrtc.nonstandard;

/** Quieter than -50 dBFS is silence: comfort noise, and the fading end of concealed sound. */
const AUDIBLE_AMPLITUDE = 100;

/** Calls `onPicture` for every decoded picture, until the returned function is called. */
export function watchPictures(track: MediaStreamTrack, onPicture: () => void): () => void {
  const sink = new RTCVideoSink(track);
  sink.onframe = onPicture;
  return () => sink.stop();
}

/** Calls `onSound` for every stretch of 10 ms in which there is something to hear, until the returned function is called. */
export function watchSound(track: MediaStreamTrack, onSound: () => void): () => void {
  const sink = new RTCAudioSink(track);
  sink.ondata = (data: unknown) => {
    // The package's types know no more than that it is an event.
    if (isAudible((data as { readonly samples: Int16Array }).samples)) onSound();
  };
  return () => sink.stop();
}

function isAudible(samples: Int16Array): boolean {
  return samples.some((sample) => Math.abs(sample) > AUDIBLE_AMPLITUDE);
}
