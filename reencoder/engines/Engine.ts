import type { EngineName, InputCodec, OutputCodec } from '../../core/reencoding/messages.ts';
import type { CodedFrame, LayerFrame } from '../frames.ts';

/** A way to decode, scale and encode. Each passes the contract suite, as far as it promises. */
export interface Engine {
  readonly name: EngineName;
  readonly promises: EnginePromises;
  readonly inputs: readonly InputCodec[];
  readonly outputs: readonly OutputCodec[];
  /** @throws EngineFailed */
  open(options: TranscoderOptions): Promise<Transcoder>;
}

/** What callers can rely on beyond the rest of this file. */
export interface EnginePromises {
  /** With the picture that it was wished for, or with one that the source gives within the next second. */
  readonly keyframe: 'next-frame' | 'within-a-second';
  /** `repeat` works. */
  readonly keyframeWhilePaused: boolean;
  /** Another bitrate applies from that picture on; else from the source's next keyframe on, if it differs much. */
  readonly bitrateWhileRunning: boolean;
  /** No frame is lost when the source has another size; else those under way are. */
  readonly seamlessResize: boolean;
  /**
   * A picture that is not wished is left out. Else a layer is left out as a whole, when it was not wished for half a second, and one
   * that was off for seconds comes back with a keyframe of the source alone.
   */
  readonly shedsPictures: boolean;
}

export interface TranscoderOptions {
  readonly input: InputCodec;
  readonly output: OutputCodec;
  /** Lowest first. Sizes follow the input: each side divided by `scaleDownBy`, made even, at least 16. */
  readonly layers: readonly { readonly scaleDownBy: number; readonly bitrateBps: number }[];
  readonly listener: TranscoderListener;
}

export interface TranscoderListener {
  /**
   * Frames of one layer come in order. The first of a layer, and the first after it was off for half a second, is a keyframe; so
   * is the first in another size. An engine may make more of them than were asked for.
   */
  encoded(frame: LayerFrame): void;
  /** The input has this size from now on. */
  resized(width: number, height: number): void;
  /**
   * A frame that could not be decoded, or leans on one that could not, or has no keyframe before it: only a keyframe of the source
   * helps, and nothing comes out until then of the layers concerned.
   */
  undecodable(reason: string): void;
  /** The transcoder is of no use any more; it still wants to be closed. Called at most once, never after `close`. */
  failed(error: EngineFailed): void;
}

/** What is wanted of one layer for one picture, to be met as the engine promises. */
export interface LayerWish {
  /** False: the layer is off, or this frame of it is shed. */
  readonly encode: boolean;
  /** Stays wished until the layer's next keyframe, also when this picture is undecodable or not encoded. */
  readonly keyframe: boolean;
  /** Applies from this picture on, without a break. */
  readonly bitrateBps: number;
}

/** One track at work. */
export interface Transcoder {
  /** Decodes a frame, in decoding order, and encodes its picture as wished, one wish a layer. Never blocks. */
  push(frame: CodedFrame, wishes: readonly LayerWish[]): void;
  /**
   * Encodes the last picture once more, as if taken at `timestamp`. Returns false if there is none, or the engine does not promise
   * keyframes while the input pauses.
   */
  repeat(timestamp: number, wishes: readonly LayerWish[]): boolean;
  /** Frames pushed whose work is not done: the caller sheds when it grows. Beyond 150 the transcoder fails. */
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
