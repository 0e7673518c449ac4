import { WireRefusal } from '../requests/WireRefusal.ts';
import { retryAfterMs } from './retryAfterMs.ts';

export interface EntryPaceOptions {
  /** Entries at the same time. */
  readonly atOnce: number;
  /** Whether the node is late with its work: then there are fewer at the same time. */
  readonly isBusy: () => boolean;
  /** Monotonic ms. */
  readonly elapsed: () => number;
}

/** An entry that would wait longer is refused at once: its client asks again, and holds no connection meanwhile. */
const LONGEST_WAIT_MS = 5_000;
const LONGEST_RETRY_MS = 15_000;
const BUSY_SHARE = 0.25;
/** The time of one entry, as a moving average over about this many. */
const AVERAGED_OVER = 50;
/** What an entry is taken to last before the first one is over (ms). */
const FIRST_GUESS_MS = 20;

interface Waiting {
  readonly since: number;
  readonly start: () => void;
  readonly refuse: (error: WireRefusal) => void;
}

/**
 * Lets clients in at the rate at which this node can: when a whole node's clients come at once, each entry is quick,
 * and none is given up half done. Those who come back go first.
 */
export class EntryPace {
  readonly #options: EntryPaceOptions;
  readonly #returning: Waiting[] = [];
  readonly #newcomers: Waiting[] = [];
  #running = 0;
  #averageMs = FIRST_GUESS_MS;

  constructor(options: EntryPaceOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#returning.length + this.#newcomers.length;
  }

  /**
   * Runs `entry` when it is its turn.
   * @throws WireRefusal when that would take too long (BUSY)
   */
  async run<T>(comesBack: boolean, entry: () => Promise<T>): Promise<T> {
    await this.#turn(comesBack);
    const { elapsed } = this.#options;
    const startedAt = elapsed();
    try {
      const result = await entry();
      // One that fails says nothing about the time that it takes to come in.
      this.#averageMs += (elapsed() - startedAt - this.#averageMs) / AVERAGED_OVER;
      return result;
    } finally {
      this.#running -= 1;
      this.#startNext();
    }
  }

  #turn(comesBack: boolean): Promise<void> | undefined {
    if (this.waiting === 0 && this.#running < this.#atOnce()) {
      this.#running += 1;
      return undefined;
    }
    const queue = comesBack ? this.#returning : this.#newcomers;
    const ahead = comesBack ? queue.length : this.waiting;
    const waitMs = this.#waitMs(ahead);
    if (waitMs > LONGEST_WAIT_MS) throw tooMany(waitMs);
    return new Promise((start, refuse) => queue.push({ since: this.#options.elapsed(), start, refuse }));
  }

  #startNext(): void {
    while (this.waiting > 0 && this.#running < this.#atOnce()) {
      const next = this.#returning.shift() ?? this.#newcomers.shift();
      if (!next) return;
      // The entries before it took longer than it seemed.
      if (this.#options.elapsed() - next.since > 2 * LONGEST_WAIT_MS) {
        next.refuse(tooMany(this.#waitMs(this.waiting)));
        continue;
      }
      this.#running += 1;
      next.start();
    }
  }

  #atOnce(): number {
    const { atOnce, isBusy } = this.#options;
    return isBusy() ? Math.max(1, Math.floor(atOnce * BUSY_SHARE)) : atOnce;
  }

  #waitMs(ahead: number): number {
    return (ahead * this.#averageMs) / this.#atOnce();
  }
}

function tooMany(waitMs: number): WireRefusal {
  return new WireRefusal('BUSY', 'Many people come in at this moment. It is your turn soon.', {
    retryAfterMs: retryAfterMs(Math.min(waitMs, LONGEST_RETRY_MS)),
  });
}
