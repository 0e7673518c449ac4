import type { packets } from 'rtp.js';
import { Vp8Format } from '../../reencoder/rtp/formats/vp8.ts';

const FORMAT = new Vp8Format();

/** Waits for the first whole VP8 keyframe of a stream: from then on a viewer has something to show. */
export class FirstKeyframe {
  #timestamp: number | null = null;
  #nextSequence = 0;

  /** Returns whether this packet completes a keyframe. A missing or late packet spoils it: then the next one counts. */
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

export function startsKeyframe(payload: DataView): boolean {
  return FORMAT.startsKeyframe(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
}
