/** With no frame for so long the input counts as silent. */
const SILENT_MS = 60;
/** How long a keyframe request may wait for the input's next frame. */
const PATIENCE_MS = 40;
/** How much one distance between frames changes the expectation. */
const WEIGHT = 0.1;

/** When the input's next frame is to be expected: whether a keyframe can wait for it, or the last picture has to do. */
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

  /** How long to wait for a frame before the last picture is repeated. */
  patienceMs(nowMs: number): number {
    const sinceMs = nowMs - this.#lastAtMs;
    const comesTooLate = this.#intervalMs - sinceMs > PATIENCE_MS;
    if (sinceMs >= SILENT_MS || comesTooLate) return 0;
    return Math.min(PATIENCE_MS, SILENT_MS - sinceMs);
  }
}
