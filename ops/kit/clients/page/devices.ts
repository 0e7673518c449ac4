import type { MeteredTrack, Microphone } from '../ClientPlatform.ts';
import { watchPacketsPlayed } from '../packetsPlayed.ts';
import { TONE_AMPLITUDE, TONE_HZ, type Tone, toneIn } from '../tones.ts';

const LISTEN_EVERY_MS = 20;
const audio = new AudioContext();

/** Hears what an element of the page plays. Returns a function that stops it. */
export function listen(track: MeteredTrack, onPacket: () => void, onTone: (tone: Tone) => void): () => void {
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
export async function openMicrophone(): Promise<Microphone> {
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

export function only(stream: MediaStream): MediaStreamTrack {
  const [track] = stream.getTracks();
  if (!track) throw new Error('the browser gave no track');
  return track;
}
