/**
 * Beyond these a packet does not belong to the sequence so far, unless its successor says so too (RFC 3550 appendix A.1). Forward they
 * are narrow: a wrong number ahead makes the right ones look late until they have caught up.
 */
const MAX_DROPOUT = 128;
const MAX_MISORDER = 1_000;
const CYCLE = 0x1_0000;

export type Placement =
  | { readonly type: 'placed'; readonly index: number }
  /** The sender goes on elsewhere since the packet before this one: it began anew, or much was lost. */
  | { readonly type: 'restarted'; readonly index: number }
  /** Far away from everything: perhaps the first of a new sequence, which its successor will tell. */
  | { readonly type: 'stray' };

/** Gives each 16-bit sequence number its place in a sequence that grows for ever; the place modulo 65,536 is the number. */
export class SequenceTracker {
  #highest: number | null = null;
  #expectedAfterStray: number | null = null;

  place(sequenceNumber: number): Placement {
    if (this.#highest === null) {
      // One cycle up, so that packets that were overtaken by the first one have a place too.
      this.#highest = CYCLE + sequenceNumber;
      return { type: 'placed', index: this.#highest };
    }
    const step = toSigned16(sequenceNumber - this.#highest);
    if (step < MAX_DROPOUT && step > -MAX_MISORDER) {
      const index = this.#highest + step;
      this.#highest = Math.max(this.#highest, index);
      this.#expectedAfterStray = null;
      return { type: 'placed', index };
    }
    if (sequenceNumber === this.#expectedAfterStray) {
      this.#expectedAfterStray = null;
      this.#highest = (Math.floor(this.#highest / CYCLE) + 2) * CYCLE + sequenceNumber;
      return { type: 'restarted', index: this.#highest };
    }
    this.#expectedAfterStray = (sequenceNumber + 1) % CYCLE;
    return { type: 'stray' };
  }
}

function toSigned16(difference: number): number {
  return (difference << 16) >> 16;
}
