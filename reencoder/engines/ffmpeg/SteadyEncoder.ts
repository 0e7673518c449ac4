import type { PictureSize } from '../pictureSize.ts';
import type { CodedPicture } from './codedPictures.ts';
import { ReencodingProcess } from './ReencodingProcess.ts';
import type { Job, LayerJob } from './Worker.ts';

/** Another bitrate means another process: not for less than this, and not more often than this (90 kHz). */
const WORTHWHILE_RATIO = 1.2;
const SHORTEST_LIFE = 90_000;

/** A picture of one layer, on its way. */
export interface RawJob<J extends Job> extends Job {
  /** The frame that it came from. */
  readonly from: J;
}

interface SteadyEncoderListener<J extends Job> {
  encoded(from: J, picture: CodedPicture): void;
  done(): void;
  /** It is of no use any more. */
  ended(reason: string): void;
}

interface Running<J extends Job> {
  readonly process: ReencodingProcess<RawJob<J>>;
  readonly bitrateBps: number;
  isReady: boolean;
}

/**
 * Encodes one layer in H264. libx264 keeps to the bitrate that it was started with: for another one, another process is started, which
 * follows once it has shown that it works. Until then the first one goes on.
 */
export class SteadyEncoder<J extends Job> {
  readonly #path: string;
  readonly #size: PictureSize;
  readonly #listener: SteadyEncoderListener<J>;
  #running: Running<J>;
  #next: Running<J> | null = null;
  #since: number | null = null;
  /** Processes that were told to end. */
  #leaving: Promise<unknown> = Promise.resolve();

  constructor(path: string, size: PictureSize, bitrateBps: number, listener: SteadyEncoderListener<J>) {
    this.#path = path;
    this.#size = size;
    this.#listener = listener;
    this.#running = this.#start(bitrateBps);
  }

  get pids(): readonly number[] {
    return [this.#running, this.#next].flatMap((running) => running?.process.pids ?? []);
  }

  /** Pictures that are not encoded yet. */
  get backlog(): number {
    return this.#running.process.backlog;
  }

  push(from: J, data: Buffer, { keyframe, bitrateBps }: LayerJob): void {
    const { timestamp } = from;
    const follows = this.#next?.isReady === true && this.backlog === 0;
    if (this.#next !== null && follows) {
      this.#leave(this.#running);
      this.#running = this.#next;
      this.#next = null;
    }
    const job = { from, data, timestamp, layers: [{ keyframe: keyframe || follows, bitrateBps }] };
    this.#running.process.push(job);
    this.#prepareNext(job, bitrateBps);
  }

  async kill(): Promise<void> {
    for (const running of [this.#running, this.#next]) if (running !== null) this.#leave(running);
    this.#next = null;
    await this.#leaving;
  }

  #prepareNext(job: RawJob<J>, bitrateBps: number): void {
    this.#since ??= job.timestamp;
    const { bitrateBps: current } = this.#running;
    const ratio = Math.max(bitrateBps / current, current / bitrateBps);
    const isYoung = Math.abs(job.timestamp - this.#since) < SHORTEST_LIFE;
    if (this.#next !== null || ratio < WORTHWHILE_RATIO || isYoung) return;
    this.#since = job.timestamp;
    this.#next = this.#start(bitrateBps);
    this.#next.process.push(job);
  }

  #start(bitrateBps: number): Running<J> {
    const process = new ReencodingProcess<RawJob<J>>(
      {
        path: this.#path,
        input: 'I420',
        size: this.#size,
        output: 'H264',
        layers: [{ ...this.#size, bitrateBps }],
        lastPicture: null,
      },
      {
        decoded: () => undefined,
        encoded: ({ from }, _, picture) => {
          // What the next one makes of its first picture shows that it works; the running one has made it too.
          if (this.#running === running) this.#listener.encoded(from, picture);
        },
        done: () => {
          running.isReady = true;
          if (this.#running === running) this.#listener.done();
        },
        ended: ({ reason }) => {
          if (this.#running === running) {
            this.#listener.ended(reason);
            return;
          }
          // The running one goes on, and the next try comes when this one would have been old enough.
          this.#leave(running);
          if (this.#next === running) this.#next = null;
        },
      },
    );
    const running: Running<J> = { process, bitrateBps, isReady: false };
    return running;
  }

  #leave({ process }: Running<J>): void {
    this.#leaving = Promise.all([this.#leaving, process.kill()]);
  }
}
