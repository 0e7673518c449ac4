import type { EngineName, InputCodec, OutputCodec } from '../../core/reencoding/messages.ts';
import type { CodedFrame, LayerFrame } from '../frames.ts';

/** A way to decode, scale and encode. Each passes the same contract suite. */
export interface Engine {
  readonly name: EngineName;
  readonly inputs: readonly InputCodec[];
  readonly outputs: readonly OutputCodec[];
  /** @throws EngineFailed */
  open(options: TranscoderOptions): Promise<Transcoder>;
}

export interface TranscoderOptions {
  readonly input: InputCodec;
  readonly output: OutputCodec;
  /** Lowest first. Sizes follow the input: each side divided by `scaleDownBy`, made even, at least 16. */
  readonly layers: readonly { readonly scaleDownBy: number; readonly bitrateBps: number }[];
  readonly listener: TranscoderListener;
}

export interface TranscoderListener {
  /** Frames of one layer come in order. The first of a layer, and the first after it was off, is a keyframe. */
  encoded(frame: LayerFrame): void;
  /** The input has this size from now on. */
  resized(width: number, height: number): void;
  /** A frame that could not be decoded, or has no keyframe before it: only a keyframe of the source helps. */
  undecodable(reason: string): void;
  /** The transcoder is of no use any more. Called at most once, never after `close`. */
  failed(error: EngineFailed): void;
}

/** What is wanted of one layer for one picture. */
export interface LayerWish {
  /** False: the layer is off, or this frame of it is shed. */
  readonly encode: boolean;
  readonly keyframe: boolean;
  /** Applies from this picture on, without a break. */
  readonly bitrateBps: number;
}

/** One track at work. */
export interface Transcoder {
  /** Decodes a frame, in decoding order, and encodes its picture as wished, one wish a layer. Never blocks. */
  push(frame: CodedFrame, wishes: readonly LayerWish[]): void;
  /** Encodes the last picture once more, as if taken at `timestamp`. False: there is no picture yet. */
  repeat(timestamp: number, wishes: readonly LayerWish[]): boolean;
  /** Frames pushed whose work is not done: the caller sheds when it grows. */
  readonly backlog: number;
  /** Pids of helper processes whose CPU counts. */
  readonly pids: readonly number[];
  close(): Promise<void>;
}

export class EngineFailed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EngineFailed';
  }
}
