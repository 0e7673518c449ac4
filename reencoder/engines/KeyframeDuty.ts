import type { LayerWish } from './Engine.ts';

/** A layer without frames for this long was off; after a shorter gap it only shed frames. 90 kHz. */
export const OFF_AFTER = 45_000;

/**
 * Decides whether a layer's next frame has to be a keyframe: at the start, after the layer was off, and when one was
 * asked for. A wish stays until a keyframe was made, because the picture that it came with may be undecodable or shed.
 */
export class KeyframeDuty {
  #due = true;
  #skippedSince: number | null = null;

  get due(): boolean {
    return this.#due;
  }

  /** Call it for every picture, encoded or not. `timestamp` is in 90 kHz. */
  wished(wish: LayerWish, timestamp: number): void {
    if (wish.keyframe) this.#due = true;
    if (!wish.encode) {
      this.#skippedSince ??= timestamp;
    } else if (this.#skippedSince !== null) {
      if (Math.abs(timestamp - this.#skippedSince) >= OFF_AFTER) this.#due = true;
      this.#skippedSince = null;
    }
  }

  /** The layer's encoder lost its state, so the next frame has to be a keyframe. */
  demand(): void {
    this.#due = true;
  }

  done(): void {
    this.#due = false;
  }
}
