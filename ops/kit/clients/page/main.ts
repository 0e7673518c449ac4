import { BareProbe } from '../bare/BareProbe.ts';
import type { ProbeName } from '../ClientHost.ts';
import type { ClientPlatform, MeteredTrack, Microphone } from '../ClientPlatform.ts';
import { ClientProbe } from '../ClientProbe.ts';
import { watchPacketsPlayed } from '../packetsPlayed.ts';
import { PICTURE } from '../picture.ts';
import { StepLog } from '../StepLog.ts';
import { TONE_AMPLITUDE, TONE_HZ, type Tone, toneIn } from '../tones.ts';

/** One participant in a browser. The process that opened the page calls the functions of one of `window.probes`. */
declare global {
  interface Window {
    probes: Record<ProbeName, object>;
  }
}

const LISTEN_EVERY_MS = 20;
const audio = new AudioContext();
const elements = new Map<string, HTMLVideoElement | HTMLAudioElement>();

const steps = new StepLog();
window.RTCPeerConnection = steps.watchedPeers(RTCPeerConnection);
window.WebSocket = class extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    steps.watchSocket(this);
  }
};

const platform: ClientPlatform = {
  steps,
  async openCamera() {
    const { width, height, framesPerSecond } = PICTURE;
    return only(await navigator.mediaDevices.getUserMedia({ video: { width, height, frameRate: framesPerSecond } }));
  },
  openMicrophone,
  meter: (track, onFrame, onTone) => (track.kind === 'video' ? watch(track, onFrame) : listen(track, onFrame, onTone)),
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
function listen(track: MeteredTrack, onPacket: () => void, onTone: (tone: Tone) => void): () => void {
  elementOf(track, 'audio');
  const { mediaStreamTrack } = track;
  const ear = mediaStreamTrack ? earOf(mediaStreamTrack) : undefined;
  const timer = setInterval(() => {
    const tone = ear?.tone();
    if (tone) onTone(tone);
  }, LISTEN_EVERY_MS);
  const stopPackets = watchPacketsPlayed(() => track.consumer?.rtpReceiver, onPacket);
  return () => {
    clearInterval(timer);
    ear?.close();
    stopPackets();
  };
}

/** The browser's fake microphone plays one fixed tone; an oscillator plays any. */
async function openMicrophone(): Promise<Microphone> {
  await audio.resume();
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  const destination = audio.createMediaStreamDestination();
  oscillator.frequency.value = TONE_HZ.open;
  gain.gain.value = TONE_AMPLITUDE;
  oscillator.connect(gain).connect(destination);
  oscillator.start();
  const track = only(destination.stream);
  // A copy, because a mute silences the microphone itself.
  const copy = track.clone();
  return {
    track,
    async hear(tone) {
      oscillator.frequency.setValueAtTime(TONE_HZ[tone], audio.currentTime);
      const ear = earOf(copy);
      // Twice in a row: the analysed window is as long as the time between two looks.
      for (let alike = 0; alike < 2; ) {
        await new Promise((resolve) => setTimeout(resolve, LISTEN_EVERY_MS));
        alike = ear.tone() === tone ? alike + 1 : 0;
      }
      ear.close();
    },
  };
}

interface Ear {
  /** The tone of the last 20 ms or so; null for neither. */
  tone(): Tone | null;
  close(): void;
}

function earOf(track: MediaStreamTrack): Ear {
  const source = audio.createMediaStreamSource(new MediaStream([track]));
  const analyser = audio.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    tone() {
      analyser.getFloatTimeDomainData(samples);
      return toneIn(samples, audio.sampleRate);
    },
    close: () => source.disconnect(),
  };
}

function elementOf<K extends 'video' | 'audio'>(track: MeteredTrack, tag: K): HTMLElementTagNameMap[K] {
  const known = elements.get(track.trackId);
  // A track has one kind, so its element has that tag.
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
