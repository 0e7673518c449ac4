import type { OutputCodec } from '../../../core/reencoding/messages.ts';
import { EngineFailed } from '../Engine.ts';
import type { EncodedPicture, EncodeOptions, LayerEncoder } from '../PictureTranscoder.ts';
import { EncoderProcess } from './EncoderProcess.ts';
import type { FfmpegPicture, RawPicture } from './FfmpegDecoder.ts';

/** Another bitrate means another process for libx264: not for less than this, and not more often than this (90 kHz). */
const WORTHWHILE_RATIO = 1.2;
const SHORTEST_LIFE = 90_000;

/** One layer's encoder. It follows the pictures' size, and their bitrate. */
export class FfmpegEncoder implements LayerEncoder<FfmpegPicture> {
  readonly #path: string;
  readonly #codec: OutputCodec;
  readonly #layer: number;
  #running: EncoderProcess | null = null;
  /** Timestamp of the first picture of the running process, or of the one that is to follow it. */
  #since = 0;
  /** Follows the running one once it has shown that it works: until then that one goes on. */
  #next: { readonly process: EncoderProcess; ready: boolean } | null = null;
  #closed = false;

  constructor(path: string, codec: OutputCodec, layer: number) {
    this.#path = path;
    this.#codec = codec;
    this.#layer = layer;
  }

  get pids(): readonly number[] {
    return [this.#running?.pid, this.#next?.process.pid].filter((pid) => pid !== undefined);
  }

  async encode(picture: FfmpegPicture, options: EncodeOptions): Promise<EncodedPicture> {
    const raw = picture.layers[this.#layer];
    if (raw === undefined) throw new EngineFailed(`The picture has no layer ${this.#layer}`);
    const { width, height } = raw;
    const changed = await this.#follow(raw, options);
    const running = this.#running;
    if (this.#closed || running === null) throw new EngineFailed('The encoder is closed');
    try {
      const encoded = await running.encode(raw, changed ? { ...options, keyframe: true } : options);
      return { ...encoded, width, height };
    } catch (error) {
      await this.#stop();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#stop();
  }

  /** Whether another process encodes from now on. */
  async #follow(raw: RawPicture, options: EncodeOptions): Promise<boolean> {
    const running = this.#running;
    if (running === null || running.width !== raw.width || running.height !== raw.height) {
      await this.#stop();
      if (this.#closed) return false;
      this.#running = new EncoderProcess(this.#path, this.#codec, raw, options.bitrateBps);
      this.#since = options.timestamp;
      return true;
    }
    if (this.#next?.ready) {
      await running.kill();
      this.#running = this.#next.process;
      this.#next = null;
      return true;
    }
    if (this.#next === null && this.#codec === 'H264') this.#prepareNext(running, raw, options);
    return false;
  }

  #prepareNext(running: EncoderProcess, raw: RawPicture, { timestamp, bitrateBps }: EncodeOptions): void {
    const ratio = Math.max(bitrateBps / running.bitrateBps, running.bitrateBps / bitrateBps);
    if (ratio < WORTHWHILE_RATIO || Math.abs(timestamp - this.#since) < SHORTEST_LIFE) return;
    this.#since = timestamp;
    const process = new EncoderProcess(this.#path, this.#codec, raw, bitrateBps);
    const next = { process, ready: false };
    this.#next = next;
    process.encode({ ...raw, data: Buffer.from(raw.data) }, { timestamp, bitrateBps, keyframe: true }).then(
      () => {
        next.ready = true;
      },
      () => {
        // The running one goes on, and the next try comes when this one would have been old enough.
        if (this.#next === next) this.#next = null;
        return process.kill();
      },
    );
  }

  async #stop(): Promise<void> {
    const processes = [this.#running, this.#next?.process];
    this.#running = null;
    this.#next = null;
    await Promise.all(processes.map((process) => process?.kill()));
  }
}
