const FIRST_PAUSE_MS = 370;
const LONGEST_PAUSE_MS = 10_000;
/** Decoding has recovered after this long without trouble. */
const RECOVERED_MS = 2_000;

/**
 * Decides whether undecodable input is worth a keyframe of the source. A source that cannot be decoded at all (a
 * picture too large, a broken encoder) is asked less and less often.
 */
export class SourceRequests {
  #pauseMs = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #failedAtMs = Number.NEGATIVE_INFINITY;

  /** Call it for each undecodable frame. Returns true if the source should be asked now. */
  undecodable(nowMs: number): boolean {
    if (nowMs - this.#failedAtMs > RECOVERED_MS && nowMs - this.#askedAtMs > this.#pauseMs) this.#pauseMs = 0;
    this.#failedAtMs = nowMs;
    if (nowMs - this.#askedAtMs < this.#pauseMs) return false;
    this.#askedAtMs = nowMs;
    this.#pauseMs = Math.min(Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2), LONGEST_PAUSE_MS);
    return true;
  }
}
