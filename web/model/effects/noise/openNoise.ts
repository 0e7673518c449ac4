import { loadRnnoise, RnnoiseWorkletNode } from '@sapphi-red/web-noise-suppressor';
import plainUrl from '@sapphi-red/web-noise-suppressor/rnnoise.wasm?url';
import simdUrl from '@sapphi-red/web-noise-suppressor/rnnoise_simd.wasm?url';
import workletUrl from '@sapphi-red/web-noise-suppressor/rnnoiseWorklet.js?url';
import type { EffectReports, OpenedEffect } from '../Effect.ts';

/** What RNNoise was made for. */
const SAMPLE_RATE = 48_000;
const TRY_EVERY_MS = 20;
const GIVE_UP_AFTER_MS = 15_000;
const LOOK_EVERY_MS = 1_000;

/**
 * Opens a suppressor of noise (RNNoise) in the browser's thread for sound. Resolves once sound comes through it, which
 * is when the person has done something on the page: browsers keep a page silent until then.
 * @throws if it cannot be loaded, or gives no sound
 */
export async function openNoise({ took, usable, failed }: EffectReports): Promise<OpenedEffect> {
  const context = new AudioContext({ sampleRate: SAMPLE_RATE });
  const stopWaking = wakeByHand(context);
  const over = new AbortController();
  try {
    const [wasmBinary] = await Promise.all([
      loadRnnoise({ url: plainUrl, simdUrl }),
      context.audioWorklet.addModule(workletUrl),
    ]);
    // The worklet says nothing of code that it may not, or cannot, run.
    await WebAssembly.compile(wasmBinary);
    const suppressor = new RnnoiseWorkletNode(context, { wasmBinary, maxChannels: 1 });
    suppressor.onprocessorerror = () => failed(new Error('the worklet has stopped'));
    await running(context);
    await soundComesThrough(context, suppressor);
    const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    suppressor.connect(destination);
    const [output] = destination.stream.getAudioTracks();
    if (output === undefined) throw new Error('there is no track of what the suppressor gives');
    context.onstatechange = () => usable(context.state === 'running');
    watchPace(context, over.signal, took);
    const closed = () => {
      over.abort();
      stopWaking();
    };
    return new NoiseSuppressor(context, suppressor, output, { failed, closed });
  } catch (error) {
    stopWaking();
    await context.close();
    throw error;
  }
}

class NoiseSuppressor implements OpenedEffect {
  readonly output: MediaStreamTrack;
  readonly #context: AudioContext;
  readonly #suppressor: RnnoiseWorkletNode;
  readonly #tell: { readonly failed: (error: unknown) => void; readonly closed: () => void };
  #input: MediaStreamTrack | null = null;
  #source: MediaStreamAudioSourceNode | null = null;

  constructor(
    context: AudioContext,
    suppressor: RnnoiseWorkletNode,
    output: MediaStreamTrack,
    tell: { failed(error: unknown): void; closed(): void },
  ) {
    this.#context = context;
    this.#suppressor = suppressor;
    this.output = output;
    this.#tell = tell;
  }

  setInput(track: MediaStreamTrack | null): void {
    if (track === this.#input) return;
    this.#input = track;
    this.#source?.disconnect();
    try {
      this.#source = track && this.#context.createMediaStreamSource(new MediaStream([track]));
      this.#source?.connect(this.#suppressor);
    } catch (error) {
      // Some browsers take no sound of a device that has another sample rate.
      queueMicrotask(() => this.#tell.failed(error)); // First whoever hands the track over has it.
    }
  }

  close(): void {
    this.setInput(null);
    this.#context.onstatechange = null;
    this.#suppressor.destroy();
    this.output.stop();
    this.#tell.closed();
    void this.#context.close();
  }
}

/** Browsers start a page's sound, or start it again after a call, when the person does something on the page. */
function wakeByHand(context: AudioContext): () => void {
  const wake = () => void context.resume();
  wake();
  addEventListener('pointerdown', wake);
  addEventListener('keydown', wake);
  return () => {
    removeEventListener('pointerdown', wake);
    removeEventListener('keydown', wake);
  };
}

function running(context: AudioContext): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (context.state === 'running') resolve();
    };
    context.addEventListener('statechange', look);
    look();
  });
}

/** The worklet gives nothing until it has started its code: a buzz, which nobody hears, tells when. */
async function soundComesThrough(context: AudioContext, suppressor: AudioNode): Promise<void> {
  const buzz = new OscillatorNode(context, { type: 'sawtooth', frequency: 150 });
  const analyser = new AnalyserNode(context, { fftSize: 2_048 });
  const samples = new Float32Array(analyser.fftSize);
  buzz.connect(suppressor).connect(analyser);
  buzz.start();
  const until = performance.now() + GIVE_UP_AFTER_MS;
  try {
    do {
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
      analyser.getFloatTimeDomainData(samples);
      if (performance.now() > until) throw new Error('no sound comes through the suppressor');
    } while (samples.every((sample) => sample === 0));
  } finally {
    buzz.stop();
    buzz.disconnect();
    suppressor.disconnect(analyser);
  }
}

/** Sound that is processed too slowly takes longer than it lasts: its clock falls behind that of the page. */
function watchPace(context: AudioContext, signal: AbortSignal, took: (share: number) => void): void {
  let before = { sound: context.currentTime, page: performance.now() };
  const timer = setInterval(() => {
    const now = { sound: context.currentTime, page: performance.now() };
    const soundMs = (now.sound - before.sound) * 1_000;
    // A tenth is left to clocks that differ, and to sound that comes in blocks.
    if (context.state === 'running') took((now.page - before.page) / Math.max(1, soundMs * 1.1));
    before = now;
  }, LOOK_EVERY_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
}
