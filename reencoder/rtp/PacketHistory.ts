const MAX_AGE_MS = 1_000;
const MAX_PACKETS = 1_000;
/** Several receivers of one packet that lost it ask for it at almost the same time. */
const MIN_RESEND_MS = 10;

interface Sent {
  readonly sequenceNumber: number;
  readonly packet: Buffer;
  readonly atMs: number;
  resentAtMs: number;
}

/** What was sent lately on one stream, for those who lost some of it. */
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

  /** Null: not sent, too old, or sent again just now. What is returned counts as sent again. */
  takeForResend(sequenceNumber: number, nowMs: number): Buffer | null {
    const [first] = this.#sent;
    if (first === undefined) return null;
    // Sequence numbers follow one another without a gap, so the place of one tells that of all.
    const oldest = this.#sent[this.#oldest] ?? first;
    const distance = (sequenceNumber - oldest.sequenceNumber) & 0xffff;
    const sent = distance < this.#sent.length ? this.#sent[(this.#oldest + distance) % this.#sent.length] : undefined;
    if (sent === undefined || nowMs - sent.atMs > MAX_AGE_MS || nowMs - sent.resentAtMs < MIN_RESEND_MS) return null;
    sent.resentAtMs = nowMs;
    return sent.packet;
  }
}
