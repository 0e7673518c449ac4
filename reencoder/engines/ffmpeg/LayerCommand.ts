import type { ChildProcess } from 'node:child_process';
import { PassThrough, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import ffmpeg from 'fluent-ffmpeg';
import { FlvReader } from '../../codecs/flv.ts';
import { IvfReader, ivfFrame, ivfHeader, type StoredFrame } from '../../codecs/ivf.ts';
import { type CommandOptions, INPUT_OPTIONS, outputOptions, TICKS_PER_SECOND } from './commandOptions.ts';

/** Work on a frame never takes this long, not even with a start on a busy machine. */
const STUCK_AFTER_MS = 10_000;
/** Times have to grow. They grow by a second at most, so that a pause brings no more than one keyframe. */
const SHORTEST_TICKS = 8;

export interface LayerCommandListener {
  encoded(frame: StoredFrame, timestamp: number): void;
  /** The command ended unasked. Frames under way are lost. */
  died(reason: string): void;
}

/** @types/fluent-ffmpeg leaves out the process, which is set while the command runs. */
type Command = ffmpeg.FfmpegCommand & { readonly ffmpegProc?: ChildProcess };

/** One ffmpeg command. It ends at a damaged frame, when it is stuck, and with this process, which closes its input. */
export class LayerCommand {
  readonly ended: Promise<void>;
  readonly #command: Command;
  readonly #input = new PassThrough();
  readonly #listener: LayerCommandListener;
  readonly #reader: IvfReader | FlvReader;
  /** RTP timestamps of unfinished frames, by the time that the command sees. */
  readonly #underWay = new Map<number, number>();
  #time = 0;
  #lastTimestamp: number | null = null;
  readonly #watch: NodeJS.Timeout;
  #isKilled = false;

  constructor(options: CommandOptions, listener: LayerCommandListener) {
    this.#listener = listener;
    this.#reader = options.output === 'VP8' ? new IvfReader() : new FlvReader();
    // fluent-ffmpeg kills a command whose target closes, which would lose its last output.
    const target = new Writable({ emitClose: false, write: (piece, _, done) => this.#read(piece, done) });
    this.#command = ffmpeg(this.#input)
      .inputOptions(INPUT_OPTIONS)
      .outputOptions(outputOptions(options))
      .output(target) as Command;
    // The command finds the real size in the frames.
    this.#input.write(ivfHeader(options.input, { width: 16, height: 16 }, TICKS_PER_SECOND));
    this.#watch = setTimeout(() => {
      if (this.#underWay.size > 0) this.#command.kill('SIGKILL');
    }, STUCK_AFTER_MS);
    this.ended = this.#run();
  }

  get backlog(): number {
    return this.#underWay.size;
  }

  get pid(): number | undefined {
    return this.#command.ffmpegProc?.pid;
  }

  push(data: Buffer, timestamp: number): void {
    const since = ((timestamp - (this.#lastTimestamp ?? timestamp)) * TICKS_PER_SECOND) / 90_000;
    this.#lastTimestamp = timestamp;
    this.#time += Math.round(Math.min(TICKS_PER_SECOND, Math.max(SHORTEST_TICKS, since)));
    if (this.#underWay.size === 0) this.#watch.refresh();
    this.#underWay.set(this.#time, timestamp);
    this.#input.write(ivfFrame(data, this.#time));
  }

  /** Ends the command; the listener is not called any more. */
  kill(): void {
    this.#isKilled = true;
    this.#command.kill('SIGKILL');
  }

  async #run(): Promise<void> {
    const reason = await new Promise<string>((resolve) => {
      let drained: Promise<unknown> = Promise.resolve();
      const end = (said: string) => void drained.then(() => resolve(said));
      this.#command.on('start', () => {
        const { stdout } = this.#command.ffmpegProc ?? {};
        // Read its output to the end, even if its exit is known earlier.
        if (stdout) drained = finished(stdout).catch(() => undefined);
        if (this.#isKilled) this.#command.kill('SIGKILL');
      });
      this.#command.on('error', ({ message }: Error) => end(message));
      this.#command.on('end', () => end('ffmpeg ended by itself'));
      this.#command.run();
    });
    clearTimeout(this.#watch);
    this.#underWay.clear();
    if (!this.#isKilled) this.#listener.died(reason);
  }

  #read(piece: Buffer, done: () => void): void {
    for (const frame of this.#isKilled ? [] : this.#reader.push(piece)) {
      const timestamp = this.#underWay.get(frame.time);
      // Earlier frames showed nothing.
      for (const time of this.#underWay.keys()) if (time <= frame.time) this.#underWay.delete(time);
      this.#watch.refresh();
      if (timestamp !== undefined) this.#listener.encoded(frame, timestamp);
    }
    done();
  }
}
