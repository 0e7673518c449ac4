import type { LayerWish } from '../Engine.ts';
import { KeyframeDuty } from '../KeyframeDuty.ts';
import { usableBitrate } from '../wishes.ts';
import type { LayerJob } from './Worker.ts';

/** What of the wishes for one layer comes true. */
export class LayerPlan {
  readonly scaleDownBy: number;
  readonly #duty = new KeyframeDuty();
  /** Who made its last frame: nobody else can go on from it without a keyframe. */
  #worker: object | null = null;
  #bitrateBps: number;

  constructor({ scaleDownBy, bitrateBps }: { readonly scaleDownBy: number; readonly bitrateBps: number }) {
    this.scaleDownBy = scaleDownBy;
    this.#bitrateBps = usableBitrate(bitrateBps);
  }

  /** As it was last wished: what a new worker starts with. */
  get bitrateBps(): number {
    return this.#bitrateBps;
  }

  /** For each picture, before its worker is chosen. */
  note({ encode, bitrateBps }: LayerWish): void {
    if (encode) this.#bitrateBps = bitrateBps;
  }

  /** For each picture, once. Null: it is not encoded. `worker` null: nobody works on it. `timestamp` in 90 kHz. */
  jobFor(wish: LayerWish, timestamp: number, worker: object | null): LayerJob | null {
    this.#duty.wished(wish, timestamp);
    if (!wish.encode || worker === null) return null;
    const keyframe = this.#duty.due || this.#worker !== worker;
    // It comes with this picture, or the worker ends.
    this.#duty.done();
    this.#worker = worker;
    return { keyframe, bitrateBps: wish.bitrateBps };
  }
}
