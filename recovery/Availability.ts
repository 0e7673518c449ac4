/** Whether something answers, and who wants to hear of changes. */
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

  /** True as soon as it is available, false when that takes longer than `timeoutMs`. */
  wait(timeoutMs: number): Promise<boolean> {
    if (this.#available) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), timeoutMs);
      const forget = this.onChange((available) => available && settle(true));
      const settle = (available: boolean): void => {
        clearTimeout(timer);
        forget();
        resolve(available);
      };
    });
  }

  /** Resolves as soon as it is not available. */
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
