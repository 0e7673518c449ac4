import wrtc from '@roamhq/wrtc';
import type { TrackKind } from '../../../../core/room/state.ts';

const { RTCAudioSink, RTCVideoSink } = wrtc.nonstandard;

/** Quieter than -50 dBFS is silence: comfort noise, and the fading end of concealed sound. */
const AUDIBLE_AMPLITUDE = 100;

/** Calls `onFrame` for every decoded picture or audible stretch of 10 ms of a received track, until the returned function is called. */
export function meter(track: MediaStreamTrack, kind: TrackKind, onFrame: () => void): () => void {
  if (kind === 'video') {
    const sink = new RTCVideoSink(track);
    sink.onframe = onFrame;
    return () => sink.stop();
  }
  const sink = new RTCAudioSink(track);
  sink.ondata = (data: unknown) => {
    // The package's types know no more than that it is an event.
    if (isAudible((data as { readonly samples: Int16Array }).samples)) onFrame();
  };
  return () => sink.stop();
}

function isAudible(samples: Int16Array): boolean {
  return samples.some((sample) => Math.abs(sample) > AUDIBLE_AMPLITUDE);
}
