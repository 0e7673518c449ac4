import { TICKS_PER_MS } from './ntp.ts';

/** A timestamp further than this from where the clock expects it belongs to a new time line. */
const MAX_DEVIATION_TICKS = 10_000 * TICKS_PER_MS;

/**
 * Turns 32-bit RTP timestamps into numbers that always grow, across pauses of any length. A restarted source has a new
 * time line, which is moved to where the old one would be now.
 */
export class TimestampUnwrapper {
  #last: { unwrapped: number; atMs: number } | null = null;
  /** Added to timestamps from the wire, modulo 2³². */
  #rebase = 0;

  /** Unwraps the timestamp of a frame that is complete at `nowMs`. */
  frame(timestamp: number, nowMs: number): { unwrapped: number; restarted: boolean } {
    const last = this.#last;
    if (last === null) {
      this.#last = { unwrapped: timestamp, atMs: nowMs };
      return { unwrapped: timestamp, restarted: false };
    }
    const elapsedTicks = Math.round((nowMs - last.atMs) * TICKS_PER_MS);
    const expected = last.unwrapped + elapsedTicks;
    const deviation = toSigned32(timestamp + this.#rebase - expected);
    const restarted = Math.abs(deviation) > MAX_DEVIATION_TICKS;
    const unwrapped = restarted ? Math.max(expected, last.unwrapped + 1) : expected + deviation;
    if (restarted) this.#rebase = unwrapped - timestamp;
    this.#last = { unwrapped, atMs: nowMs };
    return { unwrapped, restarted };
  }

  /** Unwraps the timestamp of a report, which lies near the frames' own. Returns null before the first frame. */
  report(timestamp: number): number | null {
    if (this.#last === null) return null;
    return this.#last.unwrapped + toSigned32(timestamp + this.#rebase - this.#last.unwrapped);
  }
}

/** Returns the remainder modulo 2³² that is nearest to zero. */
function toSigned32(difference: number): number {
  return difference | 0;
}
