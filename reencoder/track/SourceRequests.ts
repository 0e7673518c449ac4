const FIRST_PAUSE_MS = 370;
const LONGEST_PAUSE_MS = 10_000;
/** Decoding that went well for so long has recovered. */
const RECOVERED_MS = 2_000;

/**
 * Whether undecodable input is worth a keyframe of the source. A source that cannot be decoded at all (a picture too large, a
 * broken encoder) is asked ever more rarely.
 */
export class SourceRequests {
  #pauseMs = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #failedAtMs = Number.NEGATIVE_INFINITY;

  /** For each frame that could not be decoded: true when the source is to be asked now. */
  undecodable(nowMs: number): boolean {
    if (nowMs - this.#failedAtMs > RECOVERED_MS && nowMs - this.#askedAtMs > this.#pauseMs) this.#pauseMs = 0;
    this.#failedAtMs = nowMs;
    if (nowMs - this.#askedAtMs < this.#pauseMs) return false;
    this.#askedAtMs = nowMs;
    this.#pauseMs = Math.min(Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2), LONGEST_PAUSE_MS);
    return true;
  }
}
