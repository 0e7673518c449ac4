import './watchedSteps.ts';

import { BareProbe } from '../bare/BareProbe.ts';
import type { ProbeName } from '../ClientHost.ts';
import type { ClientPlatform, MeteredTrack } from '../ClientPlatform.ts';
import { ClientProbe } from '../ClientProbe.ts';
import { PICTURE, type Picture } from '../picture.ts';
import type { Tone } from '../tones.ts';
import { listen, only, openMicrophone } from './devices.ts';
import { steps } from './watchedSteps.ts';

/** One participant in a browser. The process that opened the page calls the functions of one of `window.probes`. */
declare global {
  interface Window {
    probes: Record<ProbeName, object>;
    drillPicture?: Picture;
  }
}

const MOST_WIDTH = 600;
const elements = new Map<string, HTMLVideoElement | HTMLAudioElement>();

/** The process that opened the page may want another one. */
const picture = window.drillPicture ?? PICTURE;

const platform: ClientPlatform = {
  steps,
  async openCamera() {
    const { width, height, framesPerSecond } = picture;
    return only(await navigator.mediaDevices.getUserMedia({ video: { width, height, frameRate: framesPerSecond } }));
  },
  openMicrophone,
  meter: (track, onFrame, onTone) => (track.kind === 'video' ? watch(track, onFrame) : hear(track, onFrame, onTone)),
};
window.probes = { drill: new ClientProbe(platform), call: new BareProbe(platform) };

/** The element stays while the track's media is swapped, as in a meeting's tile. */
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
function hear(track: MeteredTrack, onPacket: () => void, onTone: (tone: Tone) => void): () => void {
  elementOf(track, 'audio');
  return listen(track, onPacket, onTone);
}

function elementOf<K extends 'video' | 'audio'>(track: MeteredTrack, tag: K): HTMLElementTagNameMap[K] {
  const known = elements.get(track.trackId);
  // A track has one kind, so its element has that tag.
  if (known) return known as HTMLElementTagNameMap[K];
  const element = document.createElement(tag);
  // As wide as a tile of the meeting page at most: drawing costs CPU.
  const width = Math.min(picture.width, MOST_WIDTH);
  if (tag === 'video')
    element.setAttribute('style', `width: ${width}px; aspect-ratio: ${picture.width} / ${picture.height}`);
  document.body.append(element);
  elements.set(track.trackId, element);
  track.attach(element);
  return element;
}
