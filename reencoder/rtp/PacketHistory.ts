const MAX_AGE_MS = 1_000;
const MAX_PACKETS = 1_000;
/** Receivers that lost the same packet request it at almost the same time. */
const MIN_RESEND_MS = 10;

interface Sent {
  readonly sequenceNumber: number;
  readonly packet: Buffer;
  readonly atMs: number;
  resentAtMs: number;
}

/** The latest packets of one stream, kept for receivers that lost some. */
export class PacketHistory {
  readonly #sent: Sent[] = [];
  #oldest = 0;

  add(sequenceNumber: number, packet: Buffer, nowMs: number): void {
    const sent = { sequenceNumber, packet, atMs: nowMs, resentAtMs: Number.NEGATIVE_INFINITY };
    if (this.#sent.length < MAX_PACKETS) {
      this.#sent.push(sent);
      return;
    }
    this.#sent[this.#oldest] = sent;
    this.#oldest = (this.#oldest + 1) % MAX_PACKETS;
  }

  /**
   * Returns null if the packet was not sent, is too old, or was just sent again. Counts a returned packet as sent
   * again.
   */
  takeForResend(sequenceNumber: number, nowMs: number): Buffer | null {
    const [first] = this.#sent;
    if (first === undefined) return null;
    // Sequence numbers have no gaps, so the place of one gives the place of all.
    const oldest = this.#sent[this.#oldest] ?? first;
    const distance = (sequenceNumber - oldest.sequenceNumber) & 0xffff;
    const sent = distance < this.#sent.length ? this.#sent[(this.#oldest + distance) % this.#sent.length] : undefined;
    if (sent === undefined || nowMs - sent.atMs > MAX_AGE_MS || nowMs - sent.resentAtMs < MIN_RESEND_MS) return null;
    sent.resentAtMs = nowMs;
    return sent.packet;
  }
}
