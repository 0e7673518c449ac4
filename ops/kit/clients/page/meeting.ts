import './watchedSteps.ts';

import type { Room } from '../../../../client/Room.ts';
import type { ClientPlatform, MeteredTrack, Microphone } from '../ClientPlatform.ts';
import { ClientProbe } from '../ClientProbe.ts';
import { listen, openMicrophone } from './devices.ts';
import { steps } from './watchedSteps.ts';

/**
 * Runs in the meeting page before its own program: watches what it does, gives it a microphone whose tone tells whether
 * it is muted, and takes part in the room that it enters.
 */

const LOOK_EVERY_MS = 50;
let microphone: Microphone | undefined;

const platform: ClientPlatform = {
  steps,
  openCamera: () => Promise.reject(new Error('the page opens its camera itself')),
  openMicrophone: () => Promise.reject(new Error('the page opens its microphone itself')),
  meter: (track, onFrame, onTone) => (track.kind === 'video' ? watch(track, onFrame) : listen(track, onFrame, onTone)),
};

window.addEventListener('everroom:room', (event) => {
  const room = (event as CustomEvent<Room>).detail;
  const drill = new ClientProbe(platform, { room, microphone: () => microphone });
  room.on('connected', () => {
    window.probes = { drill, call: {} };
  });
});

// The browser's own microphone plays one fixed tone.
const { mediaDevices } = navigator;
const open = mediaDevices.getUserMedia.bind(mediaDevices);
mediaDevices.getUserMedia = async ({ audio, video }: MediaStreamConstraints = {}) => {
  const stream = video ? await open({ video }) : new MediaStream();
  if (audio) {
    microphone = await openMicrophone();
    stream.addTrack(microphone.track);
  }
  return stream;
};

/** The page makes and moves the element itself, so it is looked for all the time. */
function watch(track: MeteredTrack, onFrame: () => void): () => void {
  let watching = true;
  const watched = new Set<HTMLVideoElement>();
  const look = (): void => {
    for (const element of document.querySelectorAll('video')) {
      if (!watched.has(element) && shows(element, track)) next(element);
    }
  };
  const next = (element: HTMLVideoElement): void => {
    watched.add(element);
    element.requestVideoFrameCallback(() => {
      watched.delete(element);
      if (!watching || !shows(element, track)) return;
      onFrame();
      next(element);
    });
  };
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  return () => {
    watching = false;
    clearInterval(timer);
  };
}

function shows({ srcObject }: HTMLVideoElement, { mediaStreamTrack }: MeteredTrack): boolean {
  return (
    mediaStreamTrack !== undefined &&
    srcObject instanceof MediaStream &&
    srcObject.getTracks().some(({ id }) => id === mediaStreamTrack.id)
  );
}
