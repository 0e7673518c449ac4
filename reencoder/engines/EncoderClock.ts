/**
 * Bounds of the time between two pictures as an encoder sees it, in 90 kHz. The upper one keeps an encoder from
 * spending the bits that a pause saved.
 */
const SHORTEST = 90_000 / 120;
const LONGEST = 90_000 / 5;
const FIRST = 90_000 / 30;

/** The encoder's time base. It is finer than 90 kHz, so that stretched time loses nothing. */
export const ENCODER_TIME_BASE = { num: 1, den: 900_000 } as const;
const TICKS = 10;

/**
 * Presentation times for one encoder. They always grow, whatever the source's timestamps do. An encoder that cannot
 * change its bitrate gets stretched time instead: at `stretch` 2 it sees pictures twice as far apart, and spends twice
 * the bits on each.
 */
export class EncoderClock {
  #last: number | null = null;
  #pts = 0;

  next(timestamp: number, stretch: number): { pts: number; duration: number } {
    const since = this.#last === null ? FIRST : timestamp - this.#last;
    this.#last = timestamp;
    const duration = Math.max(1, Math.round(Math.min(LONGEST, Math.max(SHORTEST, since)) * TICKS * stretch));
    this.#pts += duration;
    return { pts: this.#pts, duration };
  }
}
