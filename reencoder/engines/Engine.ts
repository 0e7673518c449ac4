import type { EngineName, InputCodec, OutputCodec } from '../../core/reencoding/messages.ts';
import type { CodedFrame, LayerFrame } from '../frames.ts';

/** A way to decode, scale and encode. Every engine passes the contract suite within its promises. */
export interface Engine {
  readonly name: EngineName;
  readonly promises: EnginePromises;
  readonly inputs: readonly InputCodec[];
  readonly outputs: readonly OutputCodec[];
  /** @throws EngineFailed when the transcoder cannot be opened */
  open(options: TranscoderOptions): Promise<Transcoder>;
}

/** Promises on which engines differ. */
export interface EnginePromises {
  /**
   * A keyframe comes with the picture that it is wished for, or with a picture of the source within the next second.
   */
  readonly keyframe: 'next-frame' | 'within-a-second';
  /** `repeat` works. */
  readonly keyframeWhilePaused: boolean;
  /**
   * True: another bitrate applies from that picture on. False: it applies from the source's next keyframe on, and only
   * if it differs much.
   */
  readonly bitrateWhileRunning: boolean;
  /** True: no frame is lost when the source changes its size. False: frames under way are lost. */
  readonly seamlessResize: boolean;
  /**
   * True: the engine leaves out each picture that is not wished. False: it leaves out a layer as a whole once that was
   * not wished for half a second, and a layer that was off for seconds returns only with a keyframe of the source.
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
   * Frames of one layer come in order. A layer begins with a keyframe: at the start, after it was off for half a
   * second, and in another size. An engine may make more keyframes than were asked for.
   */
  encoded(frame: LayerFrame): void;
  /** The input has this size from now on. */
  resized(width: number, height: number): void;
  /**
   * The frame could not be decoded, builds on one that could not, or has no keyframe before it. Only a keyframe of the
   * source helps, and the layers concerned give no frame until then.
   */
  undecodable(reason: string): void;
  /** The transcoder has failed; the caller still has to close it. Called at most once, never after `close`. */
  failed(error: EngineFailed): void;
}

/** The caller's wish for one layer of one picture. The engine fulfils it within its promises. */
export interface LayerWish {
  /** False if the layer is off or this frame of it is shed. */
  readonly encode: boolean;
  /** The wish stays until the layer's next keyframe, even if this picture is undecodable or not encoded. */
  readonly keyframe: boolean;
  /** Applies from this picture on, without a break. */
  readonly bitrateBps: number;
}

/** One track at work. */
export interface Transcoder {
  /** Decodes the next frame in decoding order and encodes its picture as wished, one wish per layer. Never blocks. */
  push(frame: CodedFrame, wishes: readonly LayerWish[]): void;
  /**
   * Encodes the last picture once more, as if taken at `timestamp`. Returns false if there is none, or if the engine
   * does not promise keyframes while the input pauses.
   */
  repeat(timestamp: number, wishes: readonly LayerWish[]): boolean;
  /** Number of pushed frames that are not finished. The caller sheds when it grows; beyond 150 the transcoder fails. */
  readonly backlog: number;
  /** Pids of helper processes, whose CPU time counts as the transcoder's. */
  readonly pids: readonly number[];
  close(): Promise<void>;
}

export class EngineFailed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EngineFailed';
  }
}
