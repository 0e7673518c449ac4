import { isBusy, type MainThread, mainThreadOf } from '../../../core/mainThread.ts';

/** How long a process may be silent that is not at work. */
export interface SilenceLimits {
  readonly servingMs: number;
  /** While it loads everything, or binds its ports. */
  readonly startingMs: number;
}

interface SilenceDeps {
  readonly now: () => number;
  readonly threadOf: (pid: number) => MainThread | null;
}

/** A process that is silent because it computes gets this many times the limit: its standby would get the same work. */
const BUSY_FACTOR = 4;
/** One that starts on a very busy machine needs minutes; to end it helps nobody. */
const BUSY_START_FACTOR = 10;

const REAL: SilenceDeps = { now: () => Date.now(), threadOf: mainThreadOf };

/** How long a child process has not answered, and whether it hangs: one whose main thread is at work does not. */
export class Silence {
  readonly #deps: SilenceDeps;
  #heardAt: number;
  #busyAt: number;
  #thread: MainThread | null = null;
  #busy = false;

  constructor(deps: SilenceDeps = REAL) {
    this.#deps = deps;
    this.#heardAt = deps.now();
    this.#busyAt = this.#heardAt;
  }

  /** The process said something. */
  heard(): void {
    this.#heardAt = this.#deps.now();
  }

  /** Who listens stood still itself (paused, or the machine slept): silence until now means nothing. */
  forgive(): void {
    this.#heardAt = this.#deps.now();
    this.#busyAt = this.#heardAt;
  }

  /** Looks at what the process did since the last time. Call it every second. */
  look(pid: number | undefined): void {
    const before = this.#thread;
    this.#thread = pid === undefined ? null : this.#deps.threadOf(pid);
    this.#busy = isBusy(before, this.#thread);
    if (this.#busy) this.#busyAt = this.#deps.now();
  }

  /** Whether its main thread was at work when it was last looked at. */
  get isBusy(): boolean {
    return this.#busy;
  }

  get ms(): number {
    return this.#deps.now() - this.#heardAt;
  }

  /**
   * Whether the process is to be ended. While it starts it is silent, and hangs once it has also done nothing for as
   * long; later it answers every ping, unless it has too much to compute.
   */
  isTooLong({ servingMs, startingMs }: SilenceLimits, starting: boolean): boolean {
    if (!starting) return this.ms > (this.#busy ? BUSY_FACTOR * servingMs : servingMs);
    const idleMs = Math.min(this.ms, this.#deps.now() - this.#busyAt);
    return idleMs > startingMs || this.ms > BUSY_START_FACTOR * startingMs;
  }
}
