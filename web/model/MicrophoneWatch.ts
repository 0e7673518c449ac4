import { type MicrophoneHint, MicrophoneJudge } from './MicrophoneJudge.ts';

const LOOK_EVERY_MS = 200;

/**
 * Listens to the person's own microphone, so that it can say when nothing comes from it, or when somebody talks while
 * it is off. A muted track is silent here too, so it listens to a copy of the track, which goes nowhere.
 */
export class MicrophoneWatch {
  readonly #changed: () => void;
  #track: MediaStreamTrack | null = null;
  #on = false;
  #hint: MicrophoneHint | null = null;
  #stop: () => void = () => undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get hint(): MicrophoneHint | null {
    return this.#hint;
  }

  /** `on`: whether others hear it. Null: there is none. */
  watch(track: MediaStreamTrack | null, on: boolean): void {
    this.#on = on;
    if (track === this.#track) return;
    this.#stop();
    this.#track = track;
    this.#hint = null;
    this.#stop = track === null ? () => undefined : this.#listen(track);
  }

  close(): void {
    this.#stop();
    this.#stop = () => undefined;
    this.#track = null;
    this.#hint = null;
  }

  #listen(track: MediaStreamTrack): () => void {
    const copy = track.clone();
    copy.enabled = true;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 8_192 });
    context.createMediaStreamSource(new MediaStream([copy])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const judge = new MicrophoneJudge();
    const timer = setInterval(() => {
      if (context.state !== 'running' || track.muted) return;
      analyser.getFloatTimeDomainData(samples);
      this.#set(judge.hear({ ...loudnessOf(samples), on: this.#on, now: performance.now() }));
    }, LOOK_EVERY_MS);
    // Browsers start audio contexts only after the person did something on the page.
    const resume = () => void context.resume();
    resume();
    addEventListener('pointerdown', resume);
    addEventListener('keydown', resume);
    return () => {
      clearInterval(timer);
      removeEventListener('pointerdown', resume);
      removeEventListener('keydown', resume);
      copy.stop();
      void context.close();
    };
  }

  #set(hint: MicrophoneHint | null): void {
    if (hint === this.#hint) return;
    this.#hint = hint;
    this.#changed();
  }
}

function loudnessOf(samples: Float32Array): { readonly levelDb: number; readonly peakDb: number } {
  let sum = 0;
  let peak = 0;
  for (const sample of samples) {
    sum += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  return { levelDb: 10 * Math.log10(sum / samples.length + 1e-18), peakDb: 20 * Math.log10(peak + 1e-9) };
}
