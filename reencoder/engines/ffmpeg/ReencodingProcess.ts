import { ENCODER_TIME_BASE, EncoderClock } from '../EncoderClock.ts';
import type { PictureSize } from '../pictureSize.ts';
import { type CodedPicture, type PictureCodec, readPictures } from './codedPictures.ts';
import { type CommandLayer, commandArguments, FIRST_PIPE } from './command.ts';
import { type Ending, FfmpegProcess } from './FfmpegProcess.ts';
import { type IvfCodec, ivfFrameHeader, ivfHeader } from './ivf.ts';
import { type LayerOrder, NOT_ENCODED, numberOf, StepSequence, TICKS_PER_SECOND, timeOf } from './pictureOrders.ts';
import type { Job, LayerJob, Worker, WorkerListener } from './Worker.ts';

/** Work on a picture never takes this long. Starting may take a tenth of it. */
const PICTURE_TIMEOUT_MS = 2_000;
/** What time is stretched by at most, either way. */
const MAX_STRETCH = 16;
const TICKS = TICKS_PER_SECOND / ENCODER_TIME_BASE.den;

export interface ProcessOptions {
  /** The command. */
  readonly path: string;
  /** What goes in, all of one size. I420: whole pictures. */
  readonly input: IvfCodec;
  readonly size: PictureSize;
  readonly output: PictureCodec;
  readonly layers: readonly CommandLayer[];
  /** The file that each decoded picture is left in. */
  readonly lastPicture: { readonly descriptor: number } | null;
}

interface UnderWay<J> {
  readonly job: J;
  readonly number: number;
  decoded: boolean;
  /** Layers that did not come out yet. */
  missing: number;
}

interface Layer<J> {
  readonly bitrateBps: number;
  readonly clock: EncoderClock;
  readonly steps: StepSequence;
  readonly expected: UnderWay<J>[];
}

/** One command. Of each frame that shows a picture it tells that it was decoded, and gives each layer that is wanted, in their order. */
export class ReencodingProcess<J extends Job> implements Worker<J> {
  readonly #process: FfmpegProcess;
  readonly #listener: WorkerListener<J>;
  readonly #layers: readonly Layer<J>[];
  /** Frames whose work is not done, in order. */
  #underWay: UnderWay<J>[] = [];
  readonly #watch: NodeJS.Timeout;
  /** What came of the next line that tells of a picture. */
  #line = '';
  #frames = 0;
  #hasDecoded = false;
  /** What comes out is relied on no longer. */
  #over = false;
  #killed = false;

  constructor({ path, input, size, output, layers, lastPicture }: ProcessOptions, listener: WorkerListener<J>) {
    this.#listener = listener;
    this.#layers = layers.map(({ bitrateBps }) => ({
      bitrateBps,
      clock: new EncoderClock(),
      steps: new StepSequence(),
      expected: [],
    }));
    const pipes = 1 + layers.length;
    const lastPicturePath = lastPicture && `/proc/self/fd/${FIRST_PIPE + pipes}`;
    const args = commandArguments({ size, output, layers, lastPicturePath });
    this.#process = new FfmpegProcess(path, args, pipes, lastPicture ? [lastPicture.descriptor] : []);
    this.#process.write(ivfHeader(input, size, TICKS_PER_SECOND));
    this.#process.pipe(0).on('data', (text: Buffer) => this.#readLines(text.toString('latin1')));
    for (const [index, layer] of layers.entries()) {
      readPictures(output, layer, this.#process.pipe(1 + index), (picture) => this.#encoded(index, picture));
    }
    this.#watch = setTimeout(() => this.#late(), PICTURE_TIMEOUT_MS);
    void this.#process.ended.then((ending) => this.#ended(ending));
  }

  get pids(): readonly number[] {
    const { pid } = this.#process;
    return pid === undefined ? [] : [pid];
  }

  get backlog(): number {
    return this.#underWay.length;
  }

  get hasDecoded(): boolean {
    return this.#hasDecoded;
  }

  push(job: J): void {
    const number = this.#write(
      job.data,
      job.layers.map((wanted, index) => this.#order(wanted, index, job.timestamp)),
    );
    const underWay = { job, number, decoded: false, missing: 0 };
    for (const [index, layer] of this.#layers.entries()) {
      if (!job.layers[index]) continue;
      layer.expected.push(underWay);
      underWay.missing += 1;
    }
    if (this.#underWay.length === 0) this.#watch.refresh();
    this.#underWay.push(underWay);
  }

  pushHidden(data: Buffer): void {
    this.#write(
      data,
      this.#layers.map(() => NOT_ENCODED),
    );
  }

  async kill(): Promise<void> {
    this.#killed = true;
    this.#stop();
    await this.#process.kill();
  }

  /** Answers the frame's number. */
  #write(data: Buffer, orders: readonly LayerOrder[]): number {
    const time = timeOf(this.#frames, orders);
    this.#frames += 1;
    this.#process.write(ivfFrameHeader(data.length, time), data);
    return numberOf(time, orders.length);
  }

  /** An encoder keeps the bitrate that it was started with in its own time. */
  #order(wanted: LayerJob | null, index: number, timestamp: number): LayerOrder {
    const layer = this.#layers[index];
    if (!wanted || !layer) return NOT_ENCODED;
    const stretch = Math.min(MAX_STRETCH, Math.max(1 / MAX_STRETCH, wanted.bitrateBps / layer.bitrateBps));
    const { duration } = layer.clock.next(timestamp, stretch);
    return { step: layer.steps.next(duration * TICKS), keyframe: wanted.keyframe };
  }

  #readLines(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('#')) this.#decoded(Number(line.split(',')[2]));
    }
  }

  #decoded(time: number): void {
    if (this.#over) return;
    const next = this.#underWay.find(({ decoded }) => !decoded);
    if (!next || next.number !== numberOf(time, this.#layers.length)) {
      this.#break('A frame that does not show one picture');
      return;
    }
    next.decoded = true;
    this.#hasDecoded = true;
    this.#listener.decoded(next.job);
    this.#finish();
  }

  #encoded(index: number, picture: CodedPicture): void {
    const from = this.#layers[index]?.expected.shift();
    if (this.#over || !from) return;
    from.missing -= 1;
    this.#listener.encoded(from.job, index, picture);
    this.#finish();
  }

  #finish(): void {
    const [first] = this.#underWay;
    if (!first?.decoded || first.missing > 0) return;
    const unfinished = this.#underWay.findIndex(({ decoded, missing }) => !decoded || missing > 0);
    this.#underWay = unfinished === -1 ? [] : this.#underWay.slice(unfinished);
    this.#watch.refresh();
    this.#listener.done();
  }

  #late(): void {
    if (this.#underWay.length > 0) this.#break('A frame that shows nothing');
  }

  #break(reason: string): void {
    if (this.#over) return;
    this.#stop();
    this.#tellEnd({ code: 1, reason });
  }

  #ended(ending: Ending): void {
    if (this.#over) return;
    this.#stop();
    this.#tellEnd(ending);
  }

  #stop(): void {
    this.#over = true;
    clearTimeout(this.#watch);
  }

  #tellEnd(ending: Ending): void {
    if (this.#killed) return;
    const undecoded = this.#underWay.filter(({ decoded }) => !decoded).map(({ job }) => job);
    this.#underWay = [];
    this.#listener.ended(ending, undecoded);
  }
}
