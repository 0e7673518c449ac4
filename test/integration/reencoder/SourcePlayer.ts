import { setTimeout as sleep } from 'node:timers/promises';
import type { InputCodec } from '../../../core/reencoding/messages.ts';
import type { CodedFrame } from '../../../reencoder/frames.ts';
import { codedVideo } from '../../support/codedVideo.ts';

interface PlayerOptions {
  readonly codec: InputCodec;
  readonly width: number;
  readonly height: number;
  /** Defaults to 30. */
  readonly fps?: number;
}

const VIDEO_FRAMES = 150;
const FIRST_TIMESTAMP = 2 ** 20;
const TICKS_PER_SECOND = 90_000;
/** Coded videos, kept because coding takes longer than many tests. */
const videos = new Map<string, Promise<readonly CodedFrame[]>>();

/** Plays coded video in a loop. Like a browser's encoder, it sends a keyframe on request, by starting again. */
export class SourcePlayer {
  /** All frames sent. */
  readonly sent: CodedFrame[] = [];
  /** Number of keyframes sent on request. */
  restarts = 0;
  paused = false;
  readonly #video: readonly CodedFrame[];
  readonly #fps: number;
  readonly #send: (frame: CodedFrame) => void;
  #next = 0;
  #state: 'new' | 'playing' | 'stopped' = 'new';

  private constructor(video: readonly CodedFrame[], fps: number, send: (frame: CodedFrame) => void) {
    this.#video = video;
    this.#fps = fps;
    this.#send = send;
  }

  /** Opens a player that does not play yet. */
  static async open(options: PlayerOptions, send: (frame: CodedFrame) => void): Promise<SourcePlayer> {
    const { codec, width, height, fps = 30 } = options;
    const key = `${codec} ${width}×${height}`;
    const video = videos.get(key) ?? codedVideo({ codec, width, height, frames: VIDEO_FRAMES, content: 'motion' });
    videos.set(key, video);
    return new SourcePlayer(await video, fps, send);
  }

  /** Returns how many sent frames are later than this timestamp. */
  sentAfter(timestamp: number): number {
    return this.sent.length - 1 - this.sent.findLastIndex((frame) => frame.timestamp <= timestamp);
  }

  play(): void {
    if (this.#state !== 'new') return;
    this.#state = 'playing';
    void this.#run();
  }

  keyframe(): void {
    this.restarts += 1;
    this.#next = 0;
  }

  stop(): void {
    this.#state = 'stopped';
  }

  async #run(): Promise<void> {
    const startedAt = performance.now();
    for (let tick = 1; this.#state === 'playing'; tick += 1) {
      const frame = this.#video[this.#next % this.#video.length];
      if (frame && !this.paused) {
        this.#next += 1;
        const dated = { ...frame, timestamp: FIRST_TIMESTAMP + (tick * TICKS_PER_SECOND) / this.#fps };
        this.sent.push(dated);
        this.#send(dated);
      }
      await sleep(Math.max(0, startedAt + (tick * 1_000) / this.#fps - performance.now()));
    }
  }
}
