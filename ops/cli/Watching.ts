import { setTimeout as sleep } from 'node:timers/promises';

/** Whoever watches ends it with Ctrl-C; what is drawn then is put in order. */
export class Watching {
  readonly #ended = new AbortController();

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => this.#ended.abort());
  }

  get ended(): boolean {
    return this.#ended.signal.aborted;
  }

  /** Resolves after this time, or as soon as watching ends. */
  async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#ended.signal }).catch(() => undefined);
  }
}
