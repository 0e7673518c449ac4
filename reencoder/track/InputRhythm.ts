/** The input counts as silent after this long without a frame. */
const SILENT_MS = 60;
/** How long a keyframe request may wait for the input's next frame. */
const PATIENCE_MS = 40;
/** Weight of the latest interval between frames in the expected one. */
const WEIGHT = 0.1;

/** Predicts the input's next frame: a keyframe either waits for it or repeats the last picture. */
export class InputRhythm {
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #intervalMs = 33;

  frame(nowMs: number): void {
    const interval = Math.min(nowMs - this.#lastAtMs, 1_000);
    if (this.#lastAtMs > Number.NEGATIVE_INFINITY) this.#intervalMs += WEIGHT * (interval - this.#intervalMs);
    this.#lastAtMs = nowMs;
  }

  get lastAtMs(): number {
    return this.#lastAtMs;
  }

  /** Returns how long to wait for a frame before repeating the last picture. */
  patienceMs(nowMs: number): number {
    const sinceMs = nowMs - this.#lastAtMs;
    const comesTooLate = this.#intervalMs - sinceMs > PATIENCE_MS;
    if (sinceMs >= SILENT_MS || comesTooLate) return 0;
    return Math.min(PATIENCE_MS, SILENT_MS - sinceMs);
  }
}
