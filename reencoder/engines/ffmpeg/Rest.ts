import { EngineFailed } from '../Engine.ts';
import { isSameSize, type PictureSize } from '../pictureSize.ts';
import { LastPicture } from './LastPicture.ts';
import type { Job, Worker, WorkerListener } from './Worker.ts';

/** After a pause others are likely, and starting a process takes CPU. */
const KEEP_RESTING_MS = 30_000;

export interface RestOptions<J extends Job> {
  /** Starts a worker that takes pictures as they are in the file. */
  start(picture: LastPicture, listener: Pick<WorkerListener<J>, 'decoded' | 'ended'>): Worker<J>;
  failed(error: EngineFailed): void;
}

/** The last picture of a decoder that cannot show it again: in a file, with a worker for it once the input pauses. */
export class Rest<J extends Job> {
  readonly #options: RestOptions<J>;
  #picture: LastPicture | null = null;
  #worker: Worker<J> | null = null;
  #wantedAtMs = 0;
  /** Workers that were told to end. */
  #leaving: Promise<unknown> = Promise.resolve();

  constructor(options: RestOptions<J>) {
    this.#options = options;
  }

  get hasPicture(): boolean {
    return this.#picture?.filled === true;
  }

  get backlog(): number {
    return this.#worker?.backlog ?? 0;
  }

  get pids(): readonly number[] {
    return this.#worker?.pids ?? [];
  }

  /** For a command to write its pictures into. What was there stays, if it has that size. @throws EngineFailed */
  fileFor(size: PictureSize): LastPicture {
    if (this.#picture !== null && isSameSize(this.#picture, size)) return this.#picture;
    this.#end();
    this.#picture?.close();
    this.#picture = null;
    this.#picture = new LastPicture(size);
    return this.#picture;
  }

  /** The command has written one. */
  noteFilled(): void {
    if (this.#picture !== null) this.#picture.filled = true;
  }

  /** The picture and who takes it, started if there is none. Null: there is no picture. @throws EngineFailed */
  begin(): { readonly picture: LastPicture; readonly worker: Worker<J> } | null {
    const picture = this.#picture;
    if (!picture?.filled) return null;
    this.#wantedAtMs = performance.now();
    this.#worker ??= this.#options.start(picture, {
      decoded: () => undefined,
      ended: ({ reason }, undecoded) => {
        this.#end();
        if (undecoded.length > 0) this.#options.failed(new EngineFailed(`ffmpeg does not repeat a picture: ${reason}`));
      },
    });
    return { picture, worker: this.#worker };
  }

  /** The input flows: ends the worker when it has had nothing to do for a while. */
  flows(): void {
    if (this.#worker === null || this.#worker.backlog > 0) return;
    if (performance.now() - this.#wantedAtMs > KEEP_RESTING_MS) this.#end();
  }

  async close(): Promise<void> {
    this.#end();
    await this.#leaving;
    this.#picture?.close();
    this.#picture = null;
  }

  #end(): void {
    if (this.#worker !== null) this.#leaving = Promise.all([this.#leaving, this.#worker.kill()]);
    this.#worker = null;
  }
}
