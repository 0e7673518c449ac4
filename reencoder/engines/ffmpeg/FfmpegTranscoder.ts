import type { InputCodec } from '../../../core/reencoding/messages.ts';
import type { StoredFrame } from '../../codecs/ivf.ts';
import { formatOfKeyframe } from '../../codecs/keyframeFormat.ts';
import type { CodedFrame } from '../../frames.ts';
import type { LayerWish, Transcoder, TranscoderListener, TranscoderOptions } from '../Engine.ts';
import { EngineFailed } from '../Engine.ts';
import { isUsableSize } from '../pictureSize.ts';
import { MAX_BACKLOG, wishOf } from '../wishes.ts';
import { FfmpegLayer } from './FfmpegLayer.ts';

/** Each layer decodes the track by itself. */
export class FfmpegTranscoder implements Transcoder {
  readonly #input: InputCodec;
  readonly #layers: readonly FfmpegLayer[];
  readonly #listener: TranscoderListener;
  /** Format of the last keyframe. Empty if the next frames build on a missing one. */
  #format = '';
  #size = '';
  #isOver = false;

  constructor({ input, output, layers, listener }: TranscoderOptions) {
    this.#input = input;
    this.#listener = listener;
    this.#layers = layers.map(({ scaleDownBy }, layer) => {
      return new FfmpegLayer(
        { input, output, scaleDownBy },
        {
          encoded: (frame, timestamp) => this.#encoded(layer, scaleDownBy, frame, timestamp),
          died: (reason) => listener.undecodable(reason),
          failed: (reason) => this.#fail(reason),
        },
      );
    });
  }

  get backlog(): number {
    return Math.max(0, ...this.#layers.map(({ backlog }) => backlog));
  }

  get pids(): readonly number[] {
    return this.#layers.flatMap(({ pids }) => pids);
  }

  push(frame: CodedFrame, wishes: readonly LayerWish[]): void {
    if (this.#isOver) return;
    let problem = this.#follow(frame);
    for (const [index, layer] of problem === null ? this.#layers.entries() : []) {
      problem = layer.push(frame, this.#format, wishOf(wishes, index)) ?? problem;
    }
    if (problem !== null) this.#listener.undecodable(problem);
    if (this.backlog > MAX_BACKLOG) this.#fail(`${MAX_BACKLOG} frames wait`);
  }

  repeat(): boolean {
    return false;
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#layers.map((layer) => layer.close()));
  }

  /** Returns a reason if the frame cannot be decoded. */
  #follow({ data, keyframe }: CodedFrame): string | null {
    if (data.length === 0) this.#format = '';
    else if (keyframe) {
      const format = formatOfKeyframe(this.#input, data);
      const isUsable = format !== null && (format.size === null || isUsableSize(format.size));
      this.#format = isUsable ? format.id : '';
      if (isUsable && format.size) this.#resized(format.size.width, format.size.height);
    }
    return this.#format === '' ? `No keyframe of ${this.#input} in a usual size, or nothing after it` : null;
  }

  #encoded(layer: number, scaleDownBy: number, { time: _, ...frame }: StoredFrame, timestamp: number): void {
    // Only the output tells the size of H264.
    const isHighest = !this.#layers.slice(layer + 1).some(({ isOn }) => isOn);
    if (this.#input === 'H264' && isHighest) this.#resized(frame.width * scaleDownBy, frame.height * scaleDownBy);
    this.#listener.encoded({ layer, timestamp, ...frame });
  }

  #resized(width: number, height: number): void {
    if (this.#size === `${width}×${height}`) return;
    this.#size = `${width}×${height}`;
    this.#listener.resized(width, height);
  }

  #fail(reason: string): void {
    void this.close();
    this.#listener.failed(new EngineFailed(`ffmpeg: ${reason}`));
  }
}
