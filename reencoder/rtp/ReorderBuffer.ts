import type { MediaPacket } from './packets.ts';

const MAX_PACKETS = 2_048;
const MAX_BYTES = 8 << 20;

/** Holds packets that came before one that is missing, and gives them out in order. Bounded: see `overfull`. */
export class ReorderBuffer {
  readonly #packets = new Map<number, MediaPacket>();
  #next: number | null = null;
  #highest: number | null = null;
  #bytes = 0;

  /** The place that is given out next; null: nothing came yet. */
  get next(): number | null {
    return this.#next;
  }

  /** The last place that is known of; null: nothing came yet. */
  get highest(): number | null {
    return this.#highest;
  }

  get overfull(): boolean {
    return this.#packets.size > MAX_PACKETS || this.#bytes > MAX_BYTES;
  }

  /** Before the first packet: places from this one on are given out. */
  startAt(index: number): void {
    this.#next ??= index;
  }

  /** False: it is here already, or was given out or given up. */
  insert(index: number, packet: MediaPacket): boolean {
    this.#next ??= index;
    if (index < this.#next || this.#packets.has(index)) return false;
    this.#packets.set(index, packet);
    this.#bytes += packet.payload.length;
    this.#highest = Math.max(this.#highest ?? index, index);
    return true;
  }

  /** The next in order; null: it is missing. */
  take(): MediaPacket | null {
    if (this.#next === null) return null;
    const packet = this.#remove(this.#next);
    if (packet !== null) this.#next += 1;
    return packet;
  }

  /** The first place from `next` on whose packet is here and fulfils the condition. */
  first(condition: (packet: MediaPacket) => boolean): number | null {
    let found: number | null = null;
    for (const [index, packet] of this.#packets) {
      if ((found === null || index < found) && condition(packet)) found = index;
    }
    return found;
  }

  /** Goes on at `index`. Returns what was here before it. */
  skipTo(index: number): MediaPacket[] {
    const skipped: MediaPacket[] = [];
    for (const place of [...this.#packets.keys()]) {
      if (place >= index) continue;
      const packet = this.#remove(place);
      if (packet !== null) skipped.push(packet);
    }
    this.#next = Math.max(this.#next ?? index, index);
    this.#highest = Math.max(this.#highest ?? index - 1, index - 1);
    return skipped;
  }

  #remove(index: number): MediaPacket | null {
    const packet = this.#packets.get(index);
    if (packet === undefined) return null;
    this.#packets.delete(index);
    this.#bytes -= packet.payload.length;
    return packet;
  }
}
