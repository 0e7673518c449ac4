import type { MediaPacket } from './packets.ts';

const MAX_PACKETS = 2_048;
const MAX_BYTES = 8 << 20;

/** Holds packets that overtook a missing one, and returns them in order. `overfull` bounds it. */
export class ReorderBuffer {
  readonly #packets = new Map<number, MediaPacket>();
  #next: number | null = null;
  #highest: number | null = null;
  #bytes = 0;

  /** The place that `take` returns next, or null before the first packet. */
  get next(): number | null {
    return this.#next;
  }

  /** The last known place, or null before the first packet. */
  get highest(): number | null {
    return this.#highest;
  }

  get overfull(): boolean {
    return this.#packets.size > MAX_PACKETS || this.#bytes > MAX_BYTES;
  }

  /** Call it before the first packet: `take` begins at this place. */
  startAt(index: number): void {
    this.#next ??= index;
  }

  /** Returns false if the packet is here already, or its place was taken or given up. */
  insert(index: number, packet: MediaPacket): boolean {
    this.#next ??= index;
    if (index < this.#next || this.#packets.has(index)) return false;
    this.#packets.set(index, packet);
    this.#bytes += packet.payload.length;
    this.#highest = Math.max(this.#highest ?? index, index);
    return true;
  }

  /** Returns the next packet in order, or null if it is missing. */
  take(): MediaPacket | null {
    if (this.#next === null) return null;
    const packet = this.#remove(this.#next);
    if (packet !== null) this.#next += 1;
    return packet;
  }

  /** Returns the first place, from `next` on, whose packet is here and meets the condition. */
  first(condition: (packet: MediaPacket) => boolean): number | null {
    let found: number | null = null;
    for (const [index, packet] of this.#packets) {
      if ((found === null || index < found) && condition(packet)) found = index;
    }
    return found;
  }

  /** Continues at `index`. Returns the packets that were waiting before it. */
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
