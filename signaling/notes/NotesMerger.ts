import { Worker } from 'node:worker_threads';
import { LOADED, type Merged, type ToMerge } from './messages.ts';

/** Full notes that people wrote take a part of a second. */
const LIMIT_MS = 5_000;
const MEMORY_MB = 256;

/**
 * Merges updates of notes in a thread, one job after the other. Anybody who may write can send updates that take
 * minutes: after `limitMs` the job is given up, and the thread with it.
 */
export class NotesMerger {
  readonly #limitMs: number;
  #worker: Worker | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #id = 0;
  /** Whoever waits for the first answer of a thread waits for the thread, too. */
  #firstOfWorker = 0;
  #closed = false;

  constructor(limitMs = LIMIT_MS) {
    this.#limitMs = limitMs;
  }

  /** Returns null if that is not possible, or takes too long. */
  merge(updates: readonly string[]): Promise<string | null> {
    const merged = this.#last.then(() => this.#merge(updates));
    this.#last = merged;
    return merged;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
  }

  async #merge(updates: readonly string[]): Promise<string | null> {
    if (this.#closed) return null;
    this.#worker ??= this.#start();
    const worker = this.#worker;
    this.#id += 1;
    const id = this.#id;
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const end = (merged: string | null): void => {
        clearTimeout(timer);
        worker.off('message', hear).off('error', giveUp).off('exit', giveUp);
        worker.unref();
        resolve(merged);
      };
      const giveUp = (): void => {
        if (this.#worker === worker) this.#worker = null;
        void worker.terminate();
        end(null);
      };
      const hear = (answer: Merged): void => {
        if (answer.id === id) end(answer.merged);
        // On a busy machine a thread takes seconds to load.
        if (answer.id === LOADED) limit();
      };
      const limit = (): void => {
        timer = setTimeout(giveUp, this.#limitMs);
      };
      worker.on('message', hear).on('error', giveUp).on('exit', giveUp);
      worker.postMessage({ id, updates } satisfies ToMerge);
      if (id > this.#firstOfWorker) limit();
    });
  }

  #start(): Worker {
    this.#firstOfWorker = this.#id + 1;
    const worker = new Worker(new URL('./notesWorker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    // Between two merges an error ends the thread; without a listener it would end the process.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = null;
    });
    worker.unref();
    return worker;
  }
}
