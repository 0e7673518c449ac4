/** Finds the onsets of a signal that comes and goes: a flash in the picture, a beep in the sound. */
export class Onsets {
  readonly #restMs: number;
  #lastAt = Number.NEGATIVE_INFINITY;
  #times: number[] = [];

  /** After `restMs` without the signal, its next moment is a new onset. */
  constructor(restMs: number) {
    this.#restMs = restMs;
  }

  /** The signal is present at this moment, ms. */
  seen(at: number): void {
    if (at - this.#lastAt > this.#restMs) this.#times.push(at);
    this.#lastAt = at;
  }

  /** Returns the onsets since the last call. */
  take(): number[] {
    const taken = this.#times;
    this.#times = [];
    return taken;
  }
}

/** How much later each flash was than its beep, ms. A flash without a beep is left out. */
export function offsetsOf(flashes: readonly number[], beeps: readonly number[], mostMs: number): number[] {
  return flashes.flatMap((flash) => {
    const offsets = beeps.map((beep) => flash - beep).filter((offset) => Math.abs(offset) <= mostMs);
    return offsets.length === 1 ? offsets : [];
  });
}
