const TICK_MS = 50;

/** How late this process comes to its work: a smoothed measure that forgets a stall within a few ticks. */
export class LoopLag {
  #ms = 0;

  get ms(): number {
    return this.#ms;
  }

  sample(lateMs: number): void {
    this.#ms = Math.max(lateMs, this.#ms / 2);
  }

  /** Measures from now on; the returned function ends it. */
  start(): () => void {
    let due = performance.now() + TICK_MS;
    const timer = setInterval(() => {
      const now = performance.now();
      this.sample(Math.max(0, now - due));
      due = now + TICK_MS;
    }, TICK_MS);
    timer.unref();
    return () => clearInterval(timer);
  }
}
