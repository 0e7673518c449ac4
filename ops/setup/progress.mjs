/**
 * Shows the progress of a long step. With `stays` the text gets a line that later text does not replace.
 * @callback Say
 * @param {string} text
 * @param {{ stays?: boolean }} [options]
 * @returns {void}
 */

/** @param {number} sinceMs */
const seconds = (sinceMs) => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;

/**
 * Shows each step with its place and time: `[2/6] Dependencies … 41.0 s`; if quiet, only steps that have work to do.
 */
export class Progress {
  #total;
  #quiet;
  #step = 0;
  #title = '';
  #startedAt = 0;
  #said = '';
  #saidAt = 0;
  #terminal;
  #write;

  /**
   * @param {{ steps: number, quiet: boolean, terminal?: boolean, write?: (text: string) => void }} options
   */
  constructor({
    steps,
    quiet,
    terminal = process.stdout.isTTY === true,
    write = (text) => process.stdout.write(text),
  }) {
    this.#terminal = terminal;
    this.#write = write;
    this.#total = steps;
    this.#quiet = quiet;
  }

  /**
   * Runs one step and shows a few words about its outcome.
   * @template T
   * @param {string} title
   * @param {(say: Say) => Promise<T>} work
   * @param {(outcome: T) => string | undefined} [words]
   * @returns {Promise<T>}
   */
  async step(title, work, words = (outcome) => (typeof outcome === 'string' ? outcome : undefined)) {
    this.#step += 1;
    this.#title = title;
    this.#startedAt = Date.now();
    this.#said = '';
    this.#saidAt = 0;
    if (!this.#quiet) this.#show('');
    const clock = this.#terminal ? setInterval(() => this.#said && this.#show(this.#said), 1000) : undefined;
    try {
      const outcome = await work((text, options) => this.#say(text, options));
      this.#finish(words(outcome) ?? 'ready');
      return outcome;
    } catch (error) {
      if (this.#terminal) this.#write('\n');
      throw error;
    } finally {
      clearInterval(clock);
    }
  }

  /**
   * Shows the last step; its program then writes its own output.
   * @param {string} title
   */
  announce(title) {
    this.#write(`[${this.#step + 1}/${this.#total}] ${title} …\n`);
  }

  /** @type {Say} */
  #say(text, { stays = false } = {}) {
    this.#said = text;
    if (stays) return this.#showWhole(text);
    // A log file gets a line now and then, a terminal every one.
    if (!this.#terminal && Date.now() - this.#saidAt < 10_000) return;
    this.#saidAt = Date.now();
    this.#show(text);
  }

  /** @param {string} outcome */
  #finish(outcome) {
    if (this.#quiet && !this.#said) return;
    this.#showWhole(outcome);
  }

  /** @param {string} text */
  #showWhole(text) {
    this.#show(text);
    if (this.#terminal) this.#write('\n');
  }

  /** @param {string} text */
  #show(text) {
    const head = `[${this.#step}/${this.#total}] ${this.#title} …`;
    const line = text ? `${head} ${text} (${seconds(this.#startedAt)})` : head;
    if (this.#terminal) this.#write(`\r\x1b[2K${line.slice(0, (process.stdout.columns || 80) - 1)}`);
    else if (text) this.#write(`${line}\n`);
  }
}
