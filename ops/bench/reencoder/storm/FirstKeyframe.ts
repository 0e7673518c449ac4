import type { packets } from 'rtp.js';

/** Waits for the first whole VP8 keyframe of one stream: the moment at which a viewer has something to show. */
export class FirstKeyframe {
  #timestamp: number | null = null;
  #nextSequence = 0;

  /** True when this packet completes it. A packet that is missing or late spoils the keyframe: the next one counts then. */
  push(packet: packets.RtpPacket): boolean {
    const sequence = packet.getSequenceNumber();
    if (startsKeyframe(packet.getPayload())) {
      this.#timestamp = packet.getTimestamp();
    } else if (packet.getTimestamp() !== this.#timestamp || sequence !== this.#nextSequence) {
      this.#timestamp = null;
      return false;
    }
    this.#nextSequence = (sequence + 1) % 0x1_0000;
    return packet.getMarker();
  }
}

/** RFC 7741: the payload descriptor says that a frame begins, the payload header that it needs no other one. */
export function startsKeyframe(payload: DataView): boolean {
  if (payload.byteLength < 1) return false;
  const first = payload.getUint8(0);
  const beginsFrame = (first & 0x10) !== 0 && (first & 0x07) === 0;
  const header = headerOffset(payload);
  return beginsFrame && payload.byteLength > header && (payload.getUint8(header) & 0x01) === 0;
}

function headerOffset(payload: DataView): number {
  if ((payload.getUint8(0) & 0x80) === 0 || payload.byteLength < 3) return 1;
  const extensions = payload.getUint8(1);
  let offset = 2;
  if ((extensions & 0x80) !== 0) offset += (payload.getUint8(2) & 0x80) === 0 ? 1 : 2;
  if ((extensions & 0x40) !== 0) offset += 1;
  if ((extensions & 0x30) !== 0) offset += 1;
  return offset;
}
