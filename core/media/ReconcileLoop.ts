import type { Clock, Logger } from '../ports.ts';
import { messageOf } from './mediaFailures.ts';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/** Runs one pass at a time; requests that come during a pass share the next one. */
export class ReconcileLoop {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #runPass: () => Promise<number>;
  #running: Promise<void> | null = null;
  #dirty = false;
  #closed = false;
  #retryMs = FIRST_RETRY_MS;
  #cancelRetry: (() => void) | null = null;

  /** `runPass` returns the number of failed steps; if there are any, another pass follows after a while. */
  constructor(clock: Clock, logger: Logger, runPass: () => Promise<number>) {
    this.#clock = clock;
    this.#logger = logger;
    this.#runPass = runPass;
  }

  request(): void {
    this.#dirty = true;
    if (this.#closed || this.#running) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
      // A request may have come after the loop's last check.
      if (this.#dirty) this.request();
    });
  }

  /** Begins no further pass; resolves when the last one has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#dirty && !this.#closed) {
      this.#dirty = false;
      // Changes in one turn of the event loop are planned together.
      await Promise.resolve();
      try {
        this.#planRetry(await this.#runPass());
      } catch (error) {
        this.#logger.error({ error: messageOf(error) }, 'media could not be planned: this is a bug');
      }
    }
  }

  #planRetry(failed: number): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    if (failed === 0) {
      this.#retryMs = FIRST_RETRY_MS;
      return;
    }
    if (this.#closed) return;
    this.#cancelRetry = this.#clock.setTimer(this.#retryMs, () => this.request());
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }
}
