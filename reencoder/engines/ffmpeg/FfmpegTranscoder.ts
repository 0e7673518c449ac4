import type { InputCodec, OutputCodec } from '../../../core/reencoding/messages.ts';
import type { CodedFrame } from '../../frames.ts';
import {
  EngineFailed,
  type LayerWish,
  type Transcoder,
  type TranscoderListener,
  type TranscoderOptions,
} from '../Engine.ts';
import { isSameSize, isUsableSize, layerSize, type PictureSize } from '../pictureSize.ts';
import { MAX_BACKLOG, wishOf } from '../wishes.ts';
import type { Ending } from './FfmpegProcess.ts';
import { type FrameHeader, parseFrameHeader } from './frameHeaders.ts';
import { H264Worker } from './H264Worker.ts';
import type { LastPicture } from './LastPicture.ts';
import { LayerPlan } from './LayerPlan.ts';
import { ReencodingProcess } from './ReencodingProcess.ts';
import { Rest } from './Rest.ts';
import { Vp8LastPicture } from './vp8/Vp8LastPicture.ts';
import type { Job, LayerJob, Worker, WorkerListener } from './Worker.ts';

/** Without a frame for so long the input pauses: the last picture may be asked for. */
const PAUSE_MS = 150;

const NO_FRAME = 'This is no frame of the codec that was agreed on';

interface Task {
  /** Null: the last picture once more. */
  readonly frame: CodedFrame | null;
  readonly timestamp: number;
  readonly wishes: readonly LayerWish[];
}

interface Work extends Job {
  readonly task: Task;
}

/**
 * One worker has the input while it flows. While it pauses, the last picture comes once more: of VP8 the same worker still has it in
 * its references, and gets a frame that shows one; of other codecs it has left it in a file, from where a second worker takes it.
 * Where the one follows the other, and at another size, what is under way comes out first.
 */
export class FfmpegTranscoder implements Transcoder {
  readonly #path: string;
  readonly #input: InputCodec;
  readonly #output: OutputCodec;
  readonly #layers: readonly LayerPlan[];
  readonly #listener: TranscoderListener;
  readonly #tasks: Task[] = [];
  #isDue = false;
  #flowing: Worker<Work> | null = null;
  #flowingSize: PictureSize | null = null;
  /** Of VP8 that flows. */
  #references: Vp8LastPicture | null = null;
  /** Of other codecs. */
  readonly #rest: Rest<Work>;
  readonly #pause: NodeJS.Timeout;
  #size: PictureSize = { width: 0, height: 0 };
  /** Frames lean on a picture that is not there, or is damaged: only a keyframe helps. */
  #needsKeyframe = true;
  /** Workers that were told to end. */
  #leaving: Promise<unknown> = Promise.resolve();
  #over = false;

  /** `path`: the ffmpeg command. */
  constructor(path: string, { input, output, layers, listener }: TranscoderOptions) {
    this.#path = path;
    this.#input = input;
    this.#output = output;
    this.#layers = layers.map((layer) => new LayerPlan(layer));
    this.#listener = listener;
    this.#rest = new Rest({
      start: (picture, callbacks) => this.#start('I420', picture, null, callbacks),
      failed: (error) => this.#fail(error),
    });
    this.#pause = setTimeout(() => this.#attempt(() => this.#rest.begin()), PAUSE_MS);
  }

  get backlog(): number {
    return this.#tasks.length + (this.#flowing?.backlog ?? 0) + this.#rest.backlog;
  }

  get pids(): readonly number[] {
    return [...(this.#flowing?.pids ?? []), ...this.#rest.pids];
  }

  push(frame: CodedFrame, wishes: readonly LayerWish[]): void {
    if (this.#over) return;
    if (this.#references === null) {
      this.#pause.refresh();
      this.#rest.flows();
    }
    this.#add({ frame, timestamp: frame.timestamp, wishes });
  }

  repeat(timestamp: number, wishes: readonly LayerWish[]): boolean {
    const isThere = this.#references ? this.#references.repeat() !== null : this.#rest.hasPicture;
    if (!isThere) return false;
    this.#add({ frame: null, timestamp, wishes });
    return true;
  }

  async close(): Promise<void> {
    this.#end();
    this.#stopFlowing();
    await Promise.all([this.#leaving, this.#rest.close()]);
  }

  #fail(error: EngineFailed): void {
    if (this.#over) return;
    this.#end();
    this.#listener.failed(error);
  }

  #end(): void {
    this.#over = true;
    this.#tasks.length = 0;
    clearTimeout(this.#pause);
  }

  #add(task: Task): void {
    if (this.#over) return;
    this.#tasks.push(task);
    this.#workSoon();
    if (this.backlog > MAX_BACKLOG) this.#fail(new EngineFailed(`${MAX_BACKLOG} frames wait for the engine`));
  }

  /** Once push() has returned. */
  #workSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#attempt(() => this.#work());
    });
  }

  #attempt(step: () => void): void {
    if (this.#over) return;
    try {
      step();
    } catch (error) {
      this.#fail(error instanceof EngineFailed ? error : new EngineFailed('The engine broke', { cause: error }));
    }
  }

  #work(): void {
    for (let [task] = this.#tasks; task !== undefined; [task] = this.#tasks) {
      for (const [index, layer] of this.#layers.entries()) layer.note(wishOf(task.wishes, index));
      const begun = task.frame === null ? this.#repeat(task) : this.#reencode(task, task.frame);
      if (!begun) return;
      this.#tasks.shift();
    }
  }

  /** False: it has to wait for what is under way. */
  #reencode(task: Task, frame: CodedFrame): boolean {
    const header = parseFrameHeader(this.#input, frame.data);
    const reason = this.#reasonAgainst(frame, header);
    if (reason !== null || header === null) {
      this.#jobsOf(task, null);
      this.#needsKeyframe = true;
      this.#listener.undecodable(reason ?? NO_FRAME);
      return true;
    }
    if (this.#rest.backlog > 0) return false;
    const worker = this.#workerFor(header.size);
    if (worker === null) return false;
    this.#needsKeyframe = false;
    const { data, timestamp } = frame;
    this.#references?.follow(data);
    if (header.shown) {
      worker.push({ task, data, timestamp, layers: this.#jobsOf(task, worker) });
    } else {
      this.#jobsOf(task, null);
      worker.pushHidden(data);
    }
    return true;
  }

  #reasonAgainst(frame: CodedFrame, header: FrameHeader | null): string | null {
    if (this.#needsKeyframe && !frame.keyframe) return 'No keyframe came before this frame';
    if (header === null) return NO_FRAME;
    const { size } = header;
    if (size === null) return this.#flowing === null ? 'A keyframe that does not tell its size' : null;
    return isUsableSize(size) ? null : `A picture of ${size.width}×${size.height}`;
  }

  /** Null: another one has to end first. */
  #workerFor(size: PictureSize | null): Worker<Work> | null {
    const flowing = this.#flowing;
    const goesOn = size === null || (this.#flowingSize !== null && isSameSize(this.#flowingSize, size));
    if (flowing !== null && goesOn) return flowing;
    if (size === null || (flowing?.backlog ?? 0) > 0) return null;
    return this.#startFlowing(size);
  }

  /** False: it has to wait for what is under way. */
  #repeat(task: Task): boolean {
    if (this.#references !== null) {
      this.#showAgain(task, this.#references.repeat());
      return true;
    }
    if ((this.#flowing?.backlog ?? 0) > 0) return false;
    const rest = this.#rest.begin();
    if (rest === null) return true;
    const layers = this.#jobsOf(task, rest.worker);
    rest.worker.push({ task, data: rest.picture.read(), timestamp: task.timestamp, layers });
    return true;
  }

  #showAgain(task: Task, data: Buffer | null): void {
    const worker = this.#flowing;
    if (worker === null || data === null) return;
    worker.push({ task, data, timestamp: task.timestamp, layers: this.#jobsOf(task, worker) });
  }

  /** `worker`: the one that gets the task; null: none does. */
  #jobsOf({ timestamp, wishes }: Task, worker: Worker<Work> | null): (LayerJob | null)[] {
    return this.#layers.map((layer, index) => layer.jobFor(wishOf(wishes, index), timestamp, worker));
  }

  #startFlowing(size: PictureSize): Worker<Work> {
    this.#stopFlowing();
    if (this.#input === 'VP8') this.#references = new Vp8LastPicture(size);
    const file = this.#references === null ? this.#rest.fileFor(size) : null;
    this.#flowingSize = size;
    this.#flowing = this.#start(this.#input, size, file, {
      decoded: () => this.#shown(size),
      ended: (ending, undecoded) => this.#flowingEnded(size, ending, undecoded),
    });
    return this.#flowing;
  }

  #start(
    input: InputCodec | 'I420',
    { width, height }: PictureSize,
    lastPicture: LastPicture | null,
    listener: Pick<WorkerListener<Work>, 'decoded' | 'ended'>,
  ): Worker<Work> {
    const size = { width, height };
    const sizes = this.#layers.map(({ scaleDownBy }) => layerSize(size, scaleDownBy));
    const layers = this.#layers.map(({ bitrateBps }, index) => ({ ...size, ...sizes[index], bitrateBps }));
    const options = { path: this.#path, input, size, layers, lastPicture };
    const listeners: WorkerListener<Work> = {
      ...listener,
      encoded: ({ timestamp }, layer, picture) => {
        if (this.#over) return;
        this.#listener.encoded({ layer, timestamp, ...picture, ...(sizes[layer] ?? size) });
      },
      done: () => this.#workSoon(),
    };
    return this.#output === 'H264'
      ? new H264Worker(options, listeners)
      : new ReencodingProcess({ ...options, output: this.#output }, listeners);
  }

  #shown(size: PictureSize): void {
    if (this.#over) return;
    this.#rest.noteFilled();
    if (isSameSize(size, this.#size)) return;
    this.#size = size;
    this.#listener.resized(size.width, size.height);
  }

  #flowingEnded(size: PictureSize, { code, reason }: Ending, undecoded: readonly Work[]): void {
    const worked = this.#flowing?.hasDecoded === true;
    this.#stopFlowing();
    if (this.#over) return;
    if (code === null) {
      this.#fail(new EngineFailed(`ffmpeg ended at work: ${reason}`));
      return;
    }
    this.#needsKeyframe = true;
    this.#listener.undecodable(reason);
    // A keyframe may be among those that waited behind the damaged one.
    this.#tasks.unshift(...undecoded.slice(1).map(({ task }) => task));
    this.#workSoon();
    // The next frame that counts is a keyframe: until it comes, the next process is ready.
    if (worked) this.#attempt(() => this.#startFlowing(size));
  }

  #stopFlowing(): void {
    if (this.#flowing !== null) this.#leaving = Promise.all([this.#leaving, this.#flowing.kill()]);
    this.#flowing = null;
    this.#references = null;
  }
}
