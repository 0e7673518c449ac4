import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OutputCodec } from '../../core/reencoding/messages.ts';
import type {
  Engine,
  EngineFailed,
  LayerWish,
  Transcoder,
  TranscoderListener,
  TranscoderOptions,
} from '../../reencoder/engines/Engine.ts';
import type { CodedFrame, LayerFrame } from '../../reencoder/frames.ts';
import { decoded, type Picture } from './codedVideo.ts';
import { waitUntil } from './waitUntil.ts';

type RunOptions = Partial<Omit<TranscoderOptions, 'listener'>>;

/** A transcoder at work, and everything that it reported. */
export class EngineRun implements TranscoderListener {
  readonly frames: LayerFrame[] = [];
  readonly sizes: string[] = [];
  readonly complaints: string[] = [];
  readonly failures: EngineFailed[] = [];
  readonly #output: OutputCodec;
  readonly #bitrates: readonly number[];
  #transcoder: Transcoder | null = null;

  private constructor(output: OutputCodec, bitrates: readonly number[]) {
    this.#output = output;
    this.#bitrates = bitrates;
  }

  static async open(engine: Engine, options: RunOptions = {}): Promise<EngineRun> {
    const { input = 'VP8', output = 'VP8', layers = [{ scaleDownBy: 1, bitrateBps: 500_000 }] } = options;
    const run = new EngineRun(
      output,
      layers.map((layer) => layer.bitrateBps),
    );
    run.#transcoder = await engine.open({ input, output, layers, listener: run });
    return run;
  }

  get transcoder(): Transcoder {
    if (this.#transcoder === null) throw new Error('The transcoder is not open yet');
    return this.#transcoder;
  }

  encoded(frame: LayerFrame): void {
    this.frames.push(frame);
  }

  resized(width: number, height: number): void {
    this.sizes.push(`${width}x${height}`);
  }

  undecodable(reason: string): void {
    this.complaints.push(reason);
  }

  failed(error: EngineFailed): void {
    this.failures.push(error);
  }

  /** Returns wishes with every layer on, modified by `changes`. */
  wishes(changes: Partial<LayerWish> | ((layer: number) => Partial<LayerWish>) = {}): LayerWish[] {
    return this.#bitrates.map((bitrateBps, layer) => ({
      encode: true,
      keyframe: false,
      bitrateBps,
      ...(typeof changes === 'function' ? changes(layer) : changes),
    }));
  }

  /** Pushes frames as fast as the transcoder works, and waits for the last one. */
  async pushAll(
    frames: readonly CodedFrame[],
    wishes: (index: number) => LayerWish[] = () => this.wishes(),
  ): Promise<void> {
    for (const [index, frame] of frames.entries()) {
      this.transcoder.push(frame, wishes(index));
      await this.backlogBelow(4);
    }
    await this.backlogBelow(1);
  }

  async repeat(timestamp: number, wishes = this.wishes()): Promise<boolean> {
    const repeated = this.transcoder.repeat(timestamp, wishes);
    await this.backlogBelow(1);
    return repeated;
  }

  async backlogBelow(limit: number): Promise<void> {
    const isReached = (): boolean => this.transcoder.backlog < limit || this.failures.length > 0;
    // An engine takes less time for a small frame than a timer does.
    for (let turn = 0; turn < 50 && !isReached(); turn += 1) await nextTurn();
    await waitUntil(() => isReached() || `backlog is ${this.transcoder.backlog}`);
  }

  layer(layer: number): LayerFrame[] {
    return this.frames.filter((frame) => frame.layer === layer);
  }

  /** Returns the indexes of a layer's keyframes. */
  keyframes(layer: number): number[] {
    return this.layer(layer).flatMap((frame, index) => (frame.keyframe ? [index] : []));
  }

  /** Decodes a layer as a viewer would. */
  async seen(layer: number): Promise<Picture[]> {
    return await decoded(this.#output, this.layer(layer));
  }
}
