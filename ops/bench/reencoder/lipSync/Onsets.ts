/** Finds the moments at which something begins that comes and goes: a flash in the picture, a beep in the sound. */
export class Onsets {
  readonly #restMs: number;
  #lastAt = Number.NEGATIVE_INFINITY;
  #times: number[] = [];

  /** It has begun anew when nothing of it was there for `restMs`. */
  constructor(restMs: number) {
    this.#restMs = restMs;
  }

  /** It is there at this moment, ms. */
  seen(at: number): void {
    if (at - this.#lastAt > this.#restMs) this.#times.push(at);
    this.#lastAt = at;
  }

  /** When it began, each time since the last call. */
  take(): number[] {
    const taken = this.#times;
    this.#times = [];
    return taken;
  }
}

/** How much later each flash was than the beep that belongs to it, ms. One whose beep was missed is left out. */
export function offsetsOf(flashes: readonly number[], beeps: readonly number[], mostMs: number): number[] {
  return flashes.flatMap((flash) => {
    const offsets = beeps.map((beep) => flash - beep).filter((offset) => Math.abs(offset) <= mostMs);
    return offsets.length === 1 ? offsets : [];
  });
}
