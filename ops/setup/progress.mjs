const seconds = (sinceMs) => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;

/** Says each step with its place and time: `[2/6] Dependencies … 41.0 s`. Quiet: only steps that have something to do. */
export class Progress {
  #total;
  #quiet;
  #step = 0;
  #title = '';
  #startedAt = 0;
  #said = '';
  #saidAt = 0;
  #terminal = process.stdout.isTTY === true;

  /** @param {{ steps: number, quiet: boolean }} options */
  constructor({ steps, quiet }) {
    this.#total = steps;
    this.#quiet = quiet;
  }

  /**
   * Runs one step. `work` gets `say`, which shows where a long step stands, and may answer a few words on its outcome.
   * @template T
   * @param {string} title
   * @param {(say: (text: string) => void) => Promise<string | void>} work
   */
  async step(title, work) {
    this.#step += 1;
    this.#title = title;
    this.#startedAt = Date.now();
    this.#said = '';
    this.#saidAt = 0;
    if (!this.#quiet) this.#show('');
    const clock = this.#terminal ? setInterval(() => this.#said && this.#show(this.#said), 1000) : undefined;
    try {
      const outcome = await work((text) => this.#say(text));
      this.#finish(outcome || 'ready');
    } catch (error) {
      if (this.#terminal) process.stdout.write('\n');
      throw error;
    } finally {
      clearInterval(clock);
    }
  }

  /** The last step: what comes after it speaks for itself. */
  announce(title) {
    process.stdout.write(`[${this.#step + 1}/${this.#total}] ${title} …\n`);
  }

  #say(text) {
    this.#said = text;
    // A log file gets a line now and then, a terminal every one.
    if (!this.#terminal && Date.now() - this.#saidAt < 10_000) return;
    this.#saidAt = Date.now();
    this.#show(text);
  }

  #finish(outcome) {
    if (this.#quiet && !this.#said) return;
    this.#show(outcome);
    if (this.#terminal) process.stdout.write('\n');
  }

  #show(text) {
    const head = `[${this.#step}/${this.#total}] ${this.#title} …`;
    const line = text ? `${head} ${text} (${seconds(this.#startedAt)})` : head;
    if (this.#terminal) process.stdout.write(`\r\x1b[2K${line.slice(0, (process.stdout.columns || 80) - 1)}`);
    else if (text) process.stdout.write(`${line}\n`);
  }
}
