import type { LayerWish } from './Engine.ts';

/** A layer without frames for this long was off; for less, frames of it were shed. 90 kHz. */
export const OFF_AFTER = 45_000;

/**
 * Whether a layer's next frame has to be a keyframe: at the start, after the layer was off, and when asked. A wish stays until a
 * keyframe was made: the picture that it came with may be undecodable or shed.
 */
export class KeyframeDuty {
  #due = true;
  #skippedSince: number | null = null;

  get due(): boolean {
    return this.#due;
  }

  /** For each picture, whether it is encoded or not. `timestamp` in 90 kHz. */
  wished(wish: LayerWish, timestamp: number): void {
    if (wish.keyframe) this.#due = true;
    if (!wish.encode) {
      this.#skippedSince ??= timestamp;
    } else if (this.#skippedSince !== null) {
      if (Math.abs(timestamp - this.#skippedSince) >= OFF_AFTER) this.#due = true;
      this.#skippedSince = null;
    }
  }

  /** The layer's encoder lost what it knew: only a keyframe goes on from here. */
  demand(): void {
    this.#due = true;
  }

  done(): void {
    this.#due = false;
  }
}
