/** The last packet of a sound that was played. */
export interface Delivery {
  /** ms, on a clock that both sounds share. */
  readonly at: number;
  /** Tells it from the packet before. */
  readonly packet: number;
}

/** Two packets of 20 ms: less is what a jitter buffer bridges without being noticed. */
const BEHIND_MS = 40;
/** The other one is looked at after this. */
const QUIET_MS = 30;
/** A sound that pauses by itself sends a single packet now and then, in both places at slightly different moments. */
const PACKETS_AHEAD = 2;

/**
 * Tells when a sound that comes from two places is to be taken from the other one: its packets stay away while those of
 * the other go on. Silence in both places changes nothing.
 */
export class SoundChoice {
  #last: number | undefined;
  #newAt = Number.NEGATIVE_INFINITY;
  readonly #ahead = new Set<number>();

  /**
   * Returns true if it is time to change over. Call it every few ms; `other` is asked only when the played one is
   * quiet. `now`: ms on any clock.
   */
  isOver(now: number, played: Delivery | undefined, other: () => Delivery | undefined): boolean {
    if (played?.at !== this.#last) {
      this.#last = played?.at;
      this.#newAt = now;
      this.#ahead.clear();
    }
    if (!this.isQuiet(now)) return false;
    const next = other();
    if (next === undefined || (this.#last !== undefined && next.at < this.#last + BEHIND_MS)) return false;
    this.#ahead.add(next.packet);
    return this.#ahead.size >= PACKETS_AHEAD;
  }

  /** Whether packets have stayed away for a moment. */
  isQuiet(now: number): boolean {
    return now - this.#newAt >= QUIET_MS;
  }

  /** The other one is played from now on. */
  changed(now: number): void {
    this.#last = undefined;
    this.#newAt = now;
    this.#ahead.clear();
  }
}
