import { setTimeout as sleep } from 'node:timers/promises';
import type { InputCodec } from '../../../core/reencoding/messages.ts';
import type { CodedFrame } from '../../../reencoder/frames.ts';
import { steadyClock } from '../../../reencoder/rtp/steadyClock.ts';
import { codedVideo } from '../../support/codedVideo.ts';

const FRAME_MS = 1_000 / 30;
const TICKS_PER_FRAME = 3_000;

/** Plays coded video at 30 fps for ever, from its keyframe when asked, as a browser's encoder would. */
export class SourcePlayer {
  readonly #video: readonly CodedFrame[];
  readonly #send: (frame: CodedFrame) => void;
  #next = 0;
  #timestamp = 2 ** 20;
  #running = true;
  /** Keyframes that somebody asked for. */
  restarts = 0;
  frames = 0;
  paused = false;
  readonly #sentAtMs = new Map<number, number>();

  constructor(video: readonly CodedFrame[], send: (frame: CodedFrame) => void) {
    this.#video = video;
    this.#send = send;
    void this.#play();
  }

  static async open(
    options: { codec: InputCodec; width: number; height: number },
    send: (frame: CodedFrame) => void,
  ): Promise<SourcePlayer> {
    return new SourcePlayer(await codedVideo({ ...options, frames: 300, content: 'motion' }), send);
  }

  /** When the frame with this RTP timestamp left. */
  sentAt(timestamp: number): number {
    return this.#sentAtMs.get(timestamp) ?? Number.NaN;
  }

  keyframe(): void {
    this.restarts += 1;
    this.#next = 0;
  }

  stop(): void {
    this.#running = false;
  }

  async #play(): Promise<void> {
    const startedAt = performance.now();
    for (let tick = 1; this.#running; tick += 1) {
      const frame = this.#video[this.#next % this.#video.length];
      this.#timestamp += TICKS_PER_FRAME;
      if (frame && !this.paused) {
        this.#next += 1;
        this.frames += 1;
        this.#sentAtMs.set(this.#timestamp, steadyClock.now());
        this.#send({ ...frame, timestamp: this.#timestamp });
      }
      await sleep(Math.max(0, startedAt + tick * FRAME_MS - performance.now()));
    }
  }
}
