import type { CodedPicture } from './codedPictures.ts';
import type { Ending } from './FfmpegProcess.ts';
import { type ProcessOptions, ReencodingProcess } from './ReencodingProcess.ts';
import { SteadyEncoder } from './SteadyEncoder.ts';
import type { Job, Worker, WorkerListener } from './Worker.ts';

/** Pictures in H264: one process decodes and scales, and each layer has another one that encodes. */
export class H264Worker<J extends Job> implements Worker<J> {
  readonly #pictures: ReencodingProcess<J>;
  readonly #encoders: readonly SteadyEncoder<J>[];
  readonly #listener: WorkerListener<J>;
  #over = false;

  constructor(options: Omit<ProcessOptions, 'output'>, listener: WorkerListener<J>) {
    this.#listener = listener;
    this.#pictures = new ReencodingProcess<J>(
      { ...options, output: 'I420' },
      {
        decoded: (job) => listener.decoded(job),
        encoded: (job, layer, picture) => this.#encode(job, layer, picture),
        done: () => listener.done(),
        ended: (ending, undecoded) => this.#end(ending, undecoded),
      },
    );
    this.#encoders = options.layers.map(
      ({ width, height, bitrateBps }, layer) =>
        new SteadyEncoder<J>(options.path, { width, height }, bitrateBps, {
          encoded: (job, picture) => listener.encoded(job, layer, picture),
          done: () => listener.done(),
          ended: (reason) => this.#end({ code: null, reason }, []),
        }),
    );
  }

  get pids(): readonly number[] {
    return [this.#pictures, ...this.#encoders].flatMap(({ pids }) => pids);
  }

  get backlog(): number {
    return this.#pictures.backlog + Math.max(0, ...this.#encoders.map(({ backlog }) => backlog));
  }

  get hasDecoded(): boolean {
    return this.#pictures.hasDecoded;
  }

  push(job: J): void {
    this.#pictures.push(job);
  }

  pushHidden(data: Buffer): void {
    this.#pictures.pushHidden(data);
  }

  async kill(): Promise<void> {
    this.#over = true;
    await Promise.all([this.#pictures.kill(), ...this.#encoders.map((encoder) => encoder.kill())]);
  }

  #encode(job: J, layer: number, { data }: CodedPicture): void {
    const wanted = job.layers[layer];
    if (wanted) this.#encoders[layer]?.push(job, data, wanted);
  }

  #end(ending: Ending, undecoded: readonly J[]): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.ended(ending, undecoded);
  }
}
