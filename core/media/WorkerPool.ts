import type { types } from 'mediasoup';
import type { Clock, Logger } from '../ports.ts';
import { messageOf } from './mediaFailures.ts';
import { spawnWorker } from './spawnWorker.ts';
import { type MediaListen, WorkerSlot } from './WorkerSlot.ts';

export interface WorkerPoolOptions {
  readonly workers: number;
  readonly listen: readonly MediaListen[];
  /** Worker i listens on basePort + i. */
  readonly basePort: number;
  readonly workerBin?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

const SPAWN_RETRY_MS = 250;

/** A worker per slot, and one to spare: a worker that dies is replaced without waiting for a process to start. */
export class WorkerPool {
  readonly slots: readonly WorkerSlot[];
  readonly #options: WorkerPoolOptions;
  #spare: Promise<types.Worker>;
  #closed = false;

  /** @throws MediaWorkerUnavailable */
  static async create(options: WorkerPoolOptions): Promise<WorkerPool> {
    const spawned = await Promise.allSettled(
      Array.from({ length: options.workers + 1 }, () => spawnWorker(options.workerBin)),
    );
    const workers = spawned.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = spawned.find((result) => result.status === 'rejected');
    if (failed) {
      for (const worker of workers) worker.close();
      throw failed.reason;
    }
    return new WorkerPool(workers, options);
  }

  private constructor(workers: readonly types.Worker[], options: WorkerPoolOptions) {
    this.#options = options;
    const [spare, ...serving] = workers;
    if (!spare) throw new Error('a media plane needs at least one worker');
    this.#spare = Promise.resolve(spare);
    this.slots = serving.map(
      (worker, index) =>
        new WorkerSlot(options.basePort + index, worker, {
          listen: options.listen,
          clock: options.clock,
          logger: options.logger,
          takeWorker: () => this.#takeWorker(),
        }),
    );
  }

  /** @throws MediaPortTaken, MediaPortUnusable */
  async listen(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.ready()));
  }

  pids(): readonly number[] {
    return this.slots.flatMap((slot) => (slot.pid === null ? [] : [slot.pid]));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const slot of this.slots) slot.close();
    const spare = await this.#spare.catch((error: unknown) => {
      this.#options.logger.debug({ error: messageOf(error) }, 'no spare media worker to close');
      return null;
    });
    spare?.close();
  }

  async #takeWorker(): Promise<types.Worker> {
    for (;;) {
      const taken = this.#spare;
      this.#spare = this.#spawn();
      this.#spare.catch((error: unknown) => {
        this.#options.logger.debug({ error: messageOf(error) }, 'no spare media worker');
      });
      const worker = await taken;
      if (!worker.closed) return worker;
    }
  }

  async #spawn(): Promise<types.Worker> {
    for (;;) {
      if (this.#closed) throw new Error('the media plane is closed');
      try {
        const worker = await spawnWorker(this.#options.workerBin);
        if (!this.#closed) return worker;
        worker.close();
      } catch (error) {
        this.#options.logger.error({ error: messageOf(error) }, 'media worker does not start: trying again');
        await new Promise<void>((resolve) => this.#options.clock.setTimer(SPAWN_RETRY_MS, resolve));
      }
    }
  }
}
