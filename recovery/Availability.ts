/** Tells whether a service answers now, with listeners for changes. */
export class Availability {
  #available = false;
  readonly #listeners = new Set<(available: boolean) => void>();

  get available(): boolean {
    return this.#available;
  }

  set(available: boolean): void {
    if (available === this.#available) return;
    this.#available = available;
    for (const listener of [...this.#listeners]) listener(available);
  }

  onChange(listener: (available: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves to true as soon as the service is available, to false after `timeoutMs`. */
  wait(timeoutMs: number): Promise<boolean> {
    if (this.#available) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish(false), timeoutMs);
      const forget = this.onChange((available) => available && finish(true));
      const finish = (available: boolean): void => {
        clearTimeout(timer);
        forget();
        resolve(available);
      };
    });
  }

  /** Resolves as soon as the service is unavailable. */
  waitUntilNot(): Promise<void> {
    if (!this.#available) return Promise.resolve();
    return new Promise((resolve) => {
      const forget = this.onChange(() => {
        forget();
        resolve();
      });
    });
  }
}
