type Step = () => Promise<void> | void;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Steps that run however the program ends, the newest first. */
export class Cleanup {
  readonly #steps: Step[] = [];
  #running: Promise<void> | undefined;
  #interrupted = false;

  readonly #onSignal = (): void => {
    // The second signal ends the program at once.
    if (this.#running) process.exit(130);
    this.#interrupted = true;
    void this.run().finally(() => process.exit(130));
  };

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  /** Whether a signal ended the program. Errors from then on are a consequence of the clean-up. */
  get interrupted(): boolean {
    return this.#interrupted;
  }

  add(step: Step): void {
    this.#steps.push(step);
  }

  /** Runs every step, even if an earlier one fails; failures are printed. */
  run(): Promise<void> {
    this.#running ??= this.#runAll();
    return this.#running;
  }

  async #runAll(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        process.stderr.write(`cleaning up: ${error instanceof Error ? error.stack : error}\n`);
      }
    }
    this.#running = undefined;
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }
}
