import { BareProbe } from '../bare/BareProbe.ts';
import type { ProbeName } from '../ClientHost.ts';
import type { ClientPlatform, MeteredTrack } from '../ClientPlatform.ts';
import { ClientProbe } from '../ClientProbe.ts';
import { watchPacketsPlayed } from '../packetsPlayed.ts';
import { PICTURE } from '../picture.ts';

/** One participant as a browser has it. Whoever opened the page calls one of `window.probes`. */
declare global {
  interface Window {
    probes: Record<ProbeName, object>;
  }
}

/** Linear; quieter than -50 dBFS is silence. */
const AUDIBLE_LEVEL = 0.003;
const elements = new Map<string, HTMLVideoElement | HTMLAudioElement>();

const platform: ClientPlatform = {
  async openCamera() {
    const { width, height, framesPerSecond } = PICTURE;
    return only(await navigator.mediaDevices.getUserMedia({ video: { width, height, frameRate: framesPerSecond } }));
  },
  async openMicrophone() {
    // What cleans up speech would take the tone for noise.
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    return only(await navigator.mediaDevices.getUserMedia({ audio: plain }));
  },
  meter: (track, onFrame, onAudible) =>
    track.kind === 'video' ? watch(track, onFrame) : listen(track, onFrame, onAudible),
};
window.probes = { drill: new ClientProbe(platform), call: new BareProbe(platform) };

/** The element stays when the track's media is swapped, as a meeting's tile does. */
function watch(track: MeteredTrack, onFrame: () => void): () => void {
  const element = elementOf(track, 'video');
  let watching = true;
  const next = (): void => {
    element.requestVideoFrameCallback(() => {
      if (!watching) return;
      onFrame();
      next();
    });
  };
  next();
  return () => {
    watching = false;
  };
}

/** Packets are played only while an element plays them. */
function listen(track: MeteredTrack, onPacket: () => void, onAudible: () => void): () => void {
  elementOf(track, 'audio');
  return watchPacketsPlayed(
    () => track.consumer?.rtpReceiver,
    (level = 0) => {
      onPacket();
      if (level > AUDIBLE_LEVEL) onAudible();
    },
  );
}

function elementOf<K extends 'video' | 'audio'>(track: MeteredTrack, tag: K): HTMLElementTagNameMap[K] {
  const known = elements.get(track.trackId);
  // One track has one kind, so its element has that tag.
  if (known) return known as HTMLElementTagNameMap[K];
  const element = document.createElement(tag);
  if (tag === 'video') element.setAttribute('style', `width: ${PICTURE.width}px; height: ${PICTURE.height}px`);
  document.body.append(element);
  elements.set(track.trackId, element);
  track.attach(element);
  return element;
}

function only(stream: MediaStream): MediaStreamTrack {
  const [track] = stream.getTracks();
  if (!track) throw new Error('the browser gave no track');
  return track;
}
