import type { CodedPicture } from './codedPictures.ts';
import type { Ending } from './FfmpegProcess.ts';

/** A frame on its way through a worker. */
export interface Job {
  readonly data: Buffer;
  /** 90 kHz. */
  readonly timestamp: number;
  /** For each layer; null: it is not encoded. */
  readonly layers: readonly (LayerJob | null)[];
}

export interface LayerJob {
  readonly keyframe: boolean;
  readonly bitrateBps: number;
}

/** One or more commands that decode, scale and encode frames of one size, several of them under way at once. */
export interface Worker<J extends Job> {
  readonly pids: readonly number[];
  /** Frames whose work is not done: zero when there is none. */
  readonly backlog: number;
  /** Whether it has shown that it works. */
  readonly hasDecoded: boolean;
  /** The first picture of a layer is a keyframe, whatever the job says. */
  push(job: J): void;
  /** A frame that is for later frames to refer to: nothing is heard of it. */
  pushHidden(data: Buffer): void;
  /** Nothing is heard of it from now on. */
  kill(): Promise<void>;
}

export interface WorkerListener<J extends Job> {
  /** The frame was decoded, and its picture is the last one. In the order of frames. */
  decoded(job: J): void;
  /** In the order of frames, for each layer. */
  encoded(job: J, layer: number, picture: CodedPicture): void;
  /** There is less to do than before. */
  done(): void;
  /**
   * It is of no use any more, and wants to be killed. `undecoded`: the frames that nothing came of, the first of which is to blame, if
   * there is any.
   */
  ended(ending: Ending, undecoded: readonly J[]): void;
}
