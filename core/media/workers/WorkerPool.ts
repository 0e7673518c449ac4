import type { types } from 'mediasoup';
import type { Clock, Logger } from '../../ports.ts';
import { messageOf } from '../mediaFailures.ts';
import type { MediaListen } from './announcedCandidates.ts';
import { spawnWorker } from './spawnWorker.ts';
import { WorkerSlot } from './WorkerSlot.ts';

export interface WorkerPoolOptions {
  readonly workers: number;
  readonly listen: readonly MediaListen[];
  /** Worker i listens on basePort + i or on basePort + workers + i. */
  readonly basePort: number;
  readonly iceTcp?: boolean;
  readonly workerBin?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

const SPAWN_RETRY_MS = 250;
/** A new spare starts only after rooms are rebuilt: starting a process takes CPU that they need. */
const SPARE_DELAY_MS = 2_000;

/** One worker for each slot, and a spare: a worker that dies is replaced without waiting for a process to start. */
export class WorkerPool {
  readonly slots: readonly WorkerSlot[];
  readonly #options: WorkerPoolOptions;
  #spare: types.Worker | null = null;
  #cancelRefill: (() => void) | null = null;
  #closed = false;

  /** @throws MediaWorkerUnavailable when the worker's binary is missing or does not run */
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
    this.#keepAsSpare(spare);
    this.slots = serving.map(
      (worker, index) =>
        new WorkerSlot([options.basePort + index, options.basePort + options.workers + index], worker, {
          listen: options.listen,
          basePort: options.basePort,
          iceTcp: options.iceTcp ?? true,
          clock: options.clock,
          logger: options.logger,
          takeWorker: () => this.#takeWorker(),
        }),
    );
  }

  /**
   * @throws MediaPortTaken when other processes hold both ports of a worker
   * @throws MediaPortUnusable when a port cannot be bound for another reason
   */
  async listen(besideAnother: boolean): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.ready()));
    if (!besideAnother) for (const slot of this.slots) slot.lookForOtherPrograms();
  }

  pids(): readonly number[] {
    return this.slots.flatMap((slot) => (slot.pid === null ? [] : [slot.pid]));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRefill?.();
    for (const slot of this.slots) slot.close();
    this.#spare?.close();
  }

  async #takeWorker(): Promise<types.Worker> {
    const spare = this.#spare;
    this.#spare = null;
    this.#refillLater();
    return spare ?? this.#spawn();
  }

  #keepAsSpare(worker: types.Worker): void {
    this.#spare = worker;
    worker.observer.once('close', () => {
      if (this.#spare !== worker || this.#closed) return;
      this.#spare = null;
      this.#refillLater();
    });
  }

  #refillLater(): void {
    this.#cancelRefill?.();
    this.#cancelRefill = this.#options.clock.setTimer(SPARE_DELAY_MS, () => {
      this.#spawn().then(
        (worker) => {
          if (this.#spare) worker.close();
          else if (worker.closed) this.#refillLater();
          else this.#keepAsSpare(worker);
        },
        (error: unknown) => this.#options.logger.debug({ error: messageOf(error) }, 'no spare media worker'),
      );
    });
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
