import { type Rate, TokenBucket } from './TokenBucket.ts';

/** One bucket for each address, or another key; full buckets are forgotten. */
export class AddressLimits {
  readonly #rate: Rate;
  readonly #now: () => number;
  readonly #buckets = new Map<string, TokenBucket>();
  #forgetAt = 1_000;

  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
  }

  take(address: string, cost = 1): boolean {
    return this.#bucket(address).take(this.#now(), cost);
  }

  /** Takes `cost` even if there is not enough. */
  charge(address: string, cost: number): void {
    this.#bucket(address).charge(cost);
  }

  has(address: string): boolean {
    return this.#buckets.get(address)?.has(this.#now()) ?? true;
  }

  get size(): number {
    return this.#buckets.size;
  }

  #bucket(address: string): TokenBucket {
    let bucket = this.#buckets.get(address);
    if (!bucket) {
      if (this.#buckets.size >= this.#forgetAt) this.#forgetFull();
      bucket = new TokenBucket(this.#rate, this.#now());
      this.#buckets.set(address, bucket);
    }
    return bucket;
  }

  #forgetFull(): void {
    const now = this.#now();
    for (const [address, bucket] of this.#buckets) {
      if (bucket.isFull(now)) this.#buckets.delete(address);
    }
    // The next clean-up comes after as many new buckets: it then costs a constant for each.
    this.#forgetAt = Math.max(1_000, 2 * this.#buckets.size);
  }
}
