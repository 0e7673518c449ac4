import type { CodedFrame, PictureSize } from '../frames.ts';
import { EngineFailed, type LayerWish, type Transcoder, type TranscoderListener } from './Engine.ts';
import { KeyframeDuty } from './KeyframeDuty.ts';
import { isSameSize, isUsableSize } from './pictureSize.ts';
import { MAX_BACKLOG, wishOf } from './wishes.ts';

/** A decoded picture, held until released. */
export interface Picture extends PictureSize {
  release(): void;
}

export interface PictureDecoder<P extends Picture> {
  /**
   * Returns null if the frame shows nothing and serves the decoder alone.
   * @throws Undecodable when the decoder rejects the frame
   * @throws EngineFailed when the decoder itself fails
   */
  decode(frame: CodedFrame): Promise<P | null>;
  readonly pids: readonly number[];
  close(): Promise<void>;
}

export interface EncodedPicture extends PictureSize {
  readonly data: Buffer;
  readonly keyframe: boolean;
}

export interface LayerEncoder<P extends Picture> {
  /**
   * Encodes one picture as one frame. Returns null if rate control left it out.
   * @throws EngineFailed when the encoder fails; the next call begins with a fresh one
   */
  encode(picture: P, options: EncodeOptions): Promise<EncodedPicture | null>;
  readonly pids: readonly number[];
  close(): Promise<void>;
}

export interface EncodeOptions {
  readonly timestamp: number;
  readonly keyframe: boolean;
  readonly bitrateBps: number;
}

/** The decoder rejects this frame. */
export class Undecodable extends Error {}

interface Task {
  /** Null to encode the last picture once more. */
  readonly frame: CodedFrame | null;
  readonly timestamp: number;
  readonly wishes: readonly LayerWish[];
}

interface Layer<P extends Picture> {
  readonly encoder: LayerEncoder<P>;
  readonly duty: KeyframeDuty;
}

/**
 * The part of a transcoder that is the same for every engine. Pictures go one by one, the layers of each in parallel.
 */
export class PictureTranscoder<P extends Picture> implements Transcoder {
  readonly #decoder: PictureDecoder<P>;
  readonly #layers: readonly Layer<P>[];
  readonly #listener: TranscoderListener;
  readonly #tasks: Task[] = [];
  #working: Promise<void> | null = null;
  #picture: P | null = null;
  #size: PictureSize = { width: 0, height: 0 };
  /** True if the next frames build on a picture that is missing or damaged: only a keyframe helps. */
  #needsKeyframe = true;
  #over = false;

  constructor(decoder: PictureDecoder<P>, encoders: readonly LayerEncoder<P>[], listener: TranscoderListener) {
    this.#decoder = decoder;
    this.#layers = encoders.map((encoder) => ({ encoder, duty: new KeyframeDuty() }));
    this.#listener = listener;
  }

  get backlog(): number {
    return this.#tasks.length + (this.#working === null ? 0 : 1);
  }

  get pids(): readonly number[] {
    return [this.#decoder, ...this.#layers.map((layer) => layer.encoder)].flatMap((part) => part.pids);
  }

  push(frame: CodedFrame, wishes: readonly LayerWish[]): void {
    this.#add({ frame, timestamp: frame.timestamp, wishes });
  }

  repeat(timestamp: number, wishes: readonly LayerWish[]): boolean {
    if (this.#picture === null) return false;
    this.#add({ frame: null, timestamp, wishes });
    return true;
  }

  async close(): Promise<void> {
    this.#over = true;
    this.#tasks.length = 0;
    // The decoder closes last, because encoders may still work on its picture.
    await Promise.all(this.#layers.map((layer) => layer.encoder.close()));
    await this.#decoder.close();
    await this.#working;
    this.#picture?.release();
    this.#picture = null;
  }

  /** Ends the work because a part of the engine failed for good. */
  fail(error: EngineFailed): void {
    if (this.#over) return;
    this.#over = true;
    this.#tasks.length = 0;
    this.#listener.failed(error);
  }

  #add(task: Task): void {
    if (this.#over) return;
    this.#tasks.push(task);
    this.#working ??= this.#work();
    if (this.#tasks.length > MAX_BACKLOG) this.fail(new EngineFailed(`${MAX_BACKLOG} frames wait for the engine`));
  }

  async #work(): Promise<void> {
    // The first task, like every other, begins after push() has returned.
    await Promise.resolve();
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      try {
        await this.#do(task);
      } catch (error) {
        this.fail(error instanceof EngineFailed ? error : new EngineFailed('The engine broke', { cause: error }));
      }
    }
    this.#working = null;
  }

  async #do({ frame, timestamp, wishes }: Task): Promise<void> {
    this.#layers.forEach(({ duty }, index) => {
      duty.wished(wishOf(wishes, index), timestamp);
    });
    if (frame !== null && !(await this.#decode(frame))) return;
    const picture = this.#picture;
    if (picture === null || this.#over) return;
    await Promise.all(
      this.#layers.map(async (layer, index) => {
        const wish = wishOf(wishes, index);
        if (wish.encode) await this.#encode(layer, index, picture, { timestamp, bitrateBps: wish.bitrateBps });
      }),
    );
  }

  /** Returns whether there is a new picture. */
  async #decode(frame: CodedFrame): Promise<boolean> {
    if (this.#needsKeyframe && !frame.keyframe) {
      this.#listener.undecodable('No keyframe came before this frame');
      return false;
    }
    try {
      const picture = await this.#decoder.decode(frame);
      if (picture === null) return false;
      if (this.#over || !isUsableSize(picture)) {
        picture.release();
        if (this.#over) return false;
        throw new Undecodable(`A picture of ${picture.width}×${picture.height}`);
      }
      this.#show(picture);
      return true;
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error;
      this.#needsKeyframe = true;
      if (!this.#over) this.#listener.undecodable(error.message);
      return false;
    }
  }

  #show(picture: P): void {
    this.#picture?.release();
    this.#picture = picture;
    this.#needsKeyframe = false;
    if (isSameSize(picture, this.#size)) return;
    const { width, height } = picture;
    this.#size = { width, height };
    this.#listener.resized(width, height);
  }

  async #encode(
    { encoder, duty }: Layer<P>,
    layer: number,
    picture: P,
    options: Omit<EncodeOptions, 'keyframe'>,
  ): Promise<void> {
    const encode = () => encoder.encode(picture, { ...options, keyframe: duty.due });
    let encoded: EncodedPicture | null;
    try {
      encoded = await encode();
    } catch (error) {
      // Try once more with a fresh encoder: the cause may have been the picture before.
      if (this.#over || !(error instanceof EngineFailed)) throw error;
      duty.demand();
      encoded = await encode();
    }
    if (encoded === null || this.#over) return;
    if (encoded.keyframe) duty.done();
    this.#listener.encoded({ layer, timestamp: options.timestamp, ...encoded });
  }
}
