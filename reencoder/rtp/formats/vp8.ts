import { randomInt } from 'node:crypto';
import { kindOfVp8Frame } from '../../codecs/vp8.ts';
import type { CodedFrame } from '../../frames.ts';
import { BROKEN, cutEvenly, type JoinedFrame, type Packetizer, type PayloadFormat } from './PayloadFormat.ts';

const DESCRIPTOR_BYTES = 6;

/** RTP payload format for VP8 (RFC 7741). */
export class Vp8Format implements PayloadFormat {
  startsKeyframe(payload: Buffer): boolean {
    const descriptor = parseDescriptor(payload);
    return descriptor?.startsFrame === true && kindOfVp8Frame(payload.subarray(descriptor.bytes)) === 'keyframe';
  }

  join(payloads: readonly Buffer[]): JoinedFrame {
    const pieces: Buffer[] = [];
    for (const payload of payloads) {
      const descriptor = parseDescriptor(payload);
      if (descriptor === null || descriptor.startsFrame !== (pieces.length === 0)) return BROKEN;
      pieces.push(payload.subarray(descriptor.bytes));
    }
    const data = Buffer.concat(pieces);
    const kind = kindOfVp8Frame(data);
    return kind === 'broken' ? BROKEN : { type: 'frame', data, keyframe: kind === 'keyframe' };
  }
}

/**
 * Writes the descriptor that mediasoup needs to switch viewers between layers: a picture id of 15 bits and TL0PICIDX,
 * which it rewrites only if both are present, and a temporal layer, which is always the lowest.
 */
export class Vp8Packetizer implements Packetizer {
  #pictureId = randomInt(1 << 15);
  #tl0PictureIndex = randomInt(1 << 8);

  packetize(frame: CodedFrame, maxBytes: number): Buffer[][] {
    this.#pictureId = (this.#pictureId + 1) & 0x7fff;
    this.#tl0PictureIndex = (this.#tl0PictureIndex + 1) & 0xff;
    return cutEvenly(frame.data, maxBytes - DESCRIPTOR_BYTES).map((piece, i) => [this.#descriptor(i === 0), piece]);
  }

  #descriptor(startsFrame: boolean): Buffer {
    const descriptor = Buffer.alloc(DESCRIPTOR_BYTES); // Its last byte: temporal layer 0, no key index.
    descriptor.writeUInt8(startsFrame ? 0x90 : 0x80, 0); // X, and S with the first partition.
    descriptor.writeUInt8(0xe0, 1); // I, L, T.
    descriptor.writeUInt16BE(0x8000 | this.#pictureId, 2);
    descriptor.writeUInt8(this.#tl0PictureIndex, 4);
    return descriptor;
  }
}

function parseDescriptor(payload: Buffer): { bytes: number; startsFrame: boolean } | null {
  const first = payload[0];
  if (first === undefined) return null;
  let bytes = 1;
  if (first & 0x80) {
    const extension = payload[bytes++];
    if (extension === undefined) return null;
    if (extension & 0x80) bytes += (payload[bytes] ?? 0) & 0x80 ? 2 : 1;
    if (extension & 0x40) bytes += 1;
    if (extension & 0x30) bytes += 1;
  }
  // A descriptor without data describes nothing.
  return bytes < payload.length ? { bytes, startsFrame: (first & 0x10) !== 0 && (first & 0x07) === 0 } : null;
}
