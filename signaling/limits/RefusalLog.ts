import type { Logger } from '../../core/ports.ts';

const INTERVAL_MS = 1_000;

interface Written {
  readonly at: number;
  left: number;
}

/**
 * Logs what any stranger can cause: each message at most once a second, without a stack. `leftOut` counts the lines
 * that were not written since the last one.
 */
export class RefusalLog {
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #written = new Map<string, Written>();

  constructor(logger: Logger, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  /** `message` comes from a closed set. */
  warn(fields: Readonly<Record<string, string | number>>, message: string): void {
    const last = this.#written.get(message);
    const elapsedMs = this.#now() - (last?.at ?? Number.NEGATIVE_INFINITY);
    // A clock that was set back silences nothing.
    if (last && elapsedMs >= 0 && elapsedMs < INTERVAL_MS) {
      last.left += 1;
      return;
    }
    this.#written.set(message, { at: this.#now(), left: 0 });
    this.#logger.warn({ ...fields, ...(last && last.left > 0 && { leftOut: last.left }) }, message);
  }
}
