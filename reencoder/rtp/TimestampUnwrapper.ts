import { TICKS_PER_MS } from './ntp.ts';

/** Further than this from where the clock says it should be, a timestamp is of a new time line. */
const MAX_DEVIATION_TICKS = 10_000 * TICKS_PER_MS;

/**
 * Makes 32-bit RTP timestamps numbers that grow for ever, over pauses of any length. A source that restarted has a time line of its
 * own: it is moved to where the old one would be by now.
 */
export class TimestampUnwrapper {
  #last: { unwrapped: number; atMs: number } | null = null;
  /** Added to what is on the wire, modulo 2³². */
  #rebase = 0;

  /** Timestamp of a frame that is complete at `nowMs`. */
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

  /** Timestamp of a report: near the frames', but not one of them. Null: there was no frame yet. */
  report(timestamp: number): number | null {
    if (this.#last === null) return null;
    return this.#last.unwrapped + toSigned32(timestamp + this.#rebase - this.#last.unwrapped);
  }
}

/** The remainder modulo 2³² that is nearest to zero. */
function toSigned32(difference: number): number {
  return difference | 0;
}
