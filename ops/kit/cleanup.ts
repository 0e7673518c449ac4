type Step = () => Promise<void> | void;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What must be undone however the program ends; the newest first. */
export class Cleanup {
  readonly #steps: Step[] = [];
  #running: Promise<void> | undefined;
  #interrupted = false;

  readonly #onSignal = (): void => {
    // Asked twice: no more waiting.
    if (this.#running) process.exit(130);
    this.#interrupted = true;
    void this.run().finally(() => process.exit(130));
  };

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  /** Asked to end by a signal: what fails from now on fails because things are being taken away. */
  get interrupted(): boolean {
    return this.#interrupted;
  }

  add(step: Step): void {
    this.#steps.push(step);
  }

  /** Every step runs, also when one before it failed; failures are printed. */
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
