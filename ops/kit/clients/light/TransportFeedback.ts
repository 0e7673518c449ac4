/** Transport-wide congestion feedback: draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1. */

/** Arrival times are counted in these. */
const TICK_US = 250;
const REFERENCE_US = 64_000;
const SEQUENCES = 0x1_0000;
const MOST_PACKETS = 1_000;
const LONGEST_RUN = 0x1fff;

const LOST = 0;
const SMALL_DELTA = 1;
const LARGE_DELTA = 2;
type Status = typeof LOST | typeof SMALL_DELTA | typeof LARGE_DELTA;

interface Arrival {
  /** Without wrapping. */
  readonly sequence: number;
  readonly atUs: number;
}

/** Collects the packets of one transport and reports them to its sender. */
export class TransportFeedback {
  readonly #senderSsrc: number;
  #arrivals: Arrival[] = [];
  #highest = -1;
  #reported = -1;
  #count = 0;

  constructor(senderSsrc: number) {
    this.#senderSsrc = senderSsrc;
  }

  /** `sequence`: of the transport, 16 bits. Packets that come after later ones were reported are left out. */
  arrived(sequence: number, atUs: number): void {
    const ahead =
      this.#highest < 0 ? 0 : ((sequence - this.#highest + SEQUENCES + SEQUENCES / 2) % SEQUENCES) - SEQUENCES / 2;
    const unwrapped = this.#highest < 0 ? sequence : this.#highest + ahead;
    if (unwrapped <= this.#reported) return;
    this.#highest = Math.max(this.#highest, unwrapped);
    this.#arrivals.push({ sequence: unwrapped, atUs });
  }

  /** Returns the report of what has arrived since the last one; null if nothing has. `mediaSsrc`: of any stream. */
  take(mediaSsrc: number): Buffer | null {
    const arrivals = this.#arrivals.sort((a, b) => a.sequence - b.sequence).slice(0, MOST_PACKETS);
    this.#arrivals = this.#arrivals.slice(arrivals.length);
    const [first] = arrivals;
    const last = arrivals.at(-1);
    if (!first || !last) return null;
    const base = this.#reported < 0 ? first.sequence : this.#reported + 1;
    this.#reported = last.sequence;
    const reference = Math.floor(first.atUs / REFERENCE_US);
    const { statuses, deltas } = encode(arrivals, base, reference * REFERENCE_US);
    return this.#packet(mediaSsrc, base, reference, statuses, deltas);
  }

  #packet(
    mediaSsrc: number,
    base: number,
    reference: number,
    statuses: readonly Status[],
    deltas: readonly number[],
  ): Buffer {
    const chunks = runsOf(statuses);
    const bytes = 20 + 2 * chunks.length + deltas.length;
    const packet = Buffer.alloc(4 * Math.ceil(bytes / 4));
    packet.writeUInt8(0x80 | 15, 0);
    packet.writeUInt8(205, 1);
    packet.writeUInt16BE(packet.length / 4 - 1, 2);
    packet.writeUInt32BE(this.#senderSsrc, 4);
    packet.writeUInt32BE(mediaSsrc, 8);
    packet.writeUInt16BE(base % SEQUENCES, 12);
    packet.writeUInt16BE(statuses.length, 14);
    packet.writeUIntBE(reference % 0x100_0000, 16, 3);
    packet.writeUInt8(this.#count % 0x100, 19);
    this.#count += 1;
    let at = 20;
    for (const chunk of chunks) at = packet.writeUInt16BE(chunk, at);
    packet.set(deltas, at);
    return packet;
  }
}

/** The status of every packet from `base` on, and the bytes of the times between those that arrived. */
function encode(
  arrivals: readonly Arrival[],
  base: number,
  startUs: number,
): { readonly statuses: Status[]; readonly deltas: number[] } {
  const statuses: Status[] = [];
  const deltas: number[] = [];
  let beforeUs = startUs;
  for (const { sequence, atUs } of arrivals) {
    if (sequence - base < statuses.length) continue; // It came twice.
    while (statuses.length < sequence - base) statuses.push(LOST);
    const ticks = Math.max(-0x8000, Math.min(0x7fff, Math.round((atUs - beforeUs) / TICK_US)));
    beforeUs += ticks * TICK_US;
    const isSmall = ticks >= 0 && ticks <= 0xff;
    statuses.push(isSmall ? SMALL_DELTA : LARGE_DELTA);
    if (isSmall) deltas.push(ticks);
    else deltas.push((ticks >> 8) & 0xff, ticks & 0xff);
  }
  return { statuses, deltas };
}

/** Run-length chunks: two bits of status, 13 bits of length. */
function runsOf(statuses: readonly Status[]): number[] {
  const chunks: number[] = [];
  for (let start = 0; start < statuses.length; ) {
    const status = statuses[start] ?? LOST;
    let end = start;
    while (end < statuses.length && statuses[end] === status && end - start < LONGEST_RUN) end += 1;
    chunks.push((status << 13) | (end - start));
    start = end;
  }
  return chunks;
}
