import type { Clock, Logger } from '../core/ports.ts';

/** Runs a task repeatedly, never twice at once, with a pause between. Logs a failed run and continues. */
export class Repeater {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #task: () => Promise<void>;
  readonly #pauseMs: () => number;
  #running: Promise<void> | null = null;
  #cancelTimer: (() => void) | null = null;
  #stopped = false;

  constructor(clock: Clock, logger: Logger, pauseMs: () => number, task: () => Promise<void>) {
    this.#clock = clock;
    this.#logger = logger;
    this.#pauseMs = pauseMs;
    this.#task = task;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Runs the task now, unless it is running; the pauses continue from its end. */
  runNow(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Starts with a pause. */
  start(): void {
    if (!this.#stopped) this.#cancelTimer ??= this.#clock.setTimer(this.#pauseMs(), () => void this.runNow());
  }

  /** Resolves when the last run has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.#task();
    } catch (error) {
      this.#logger.debug({ err: error }, 'a repeated task failed; trying again soon');
    }
    this.#running = null;
    this.start();
  }
}
