const TICK_MS = 50;
/** One late turn does not count for much; lateness that stays does after about this time, and is forgotten as fast. */
const SETTLES_IN_MS = 1_000;

/** How late this process comes to its work, smoothed. */
export class LoopLag {
  #ms = 0;

  get ms(): number {
    return this.#ms;
  }

  /** `lateMs`: how late the end of the last `elapsedMs` came. */
  sample(lateMs: number, elapsedMs: number): void {
    this.#ms += (lateMs - this.#ms) * (1 - Math.exp(-elapsedMs / SETTLES_IN_MS));
  }

  /** Measures from now on; the returned function ends it. */
  start(): () => void {
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      this.sample(Math.max(0, now - last - TICK_MS), now - last);
      last = now;
    }, TICK_MS);
    timer.unref();
    return () => clearInterval(timer);
  }
}
