/**
 * A packet beyond these bounds does not belong to the sequence so far, unless its successor confirms the jump (RFC 3550
 * appendix A.1). The forward bound is narrow: after one wrong number ahead, right ones look late until they catch up.
 */
const MAX_DROPOUT = 128;
const MAX_MISORDER = 1_000;
const CYCLE = 0x1_0000;

export type Placement =
  | { readonly type: 'placed'; readonly index: number }
  /** Since the packet before this one the sender continues elsewhere: it restarted, or many packets were lost. */
  | { readonly type: 'restarted'; readonly index: number }
  /** Far from the sequence. Its successor shows whether it was the first packet of a new one. */
  | { readonly type: 'stray' };

/** Gives each 16-bit sequence number a place in an endless sequence. The place modulo 65,536 is the number. */
export class SequenceTracker {
  #highest: number | null = null;
  #expectedAfterStray: number | null = null;

  place(sequenceNumber: number): Placement {
    if (this.#highest === null) {
      // Start one cycle up, so that packets that the first one overtook have a place too.
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
