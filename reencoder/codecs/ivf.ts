import type { PictureSize } from '../frames.ts';
import { kindOfVp8Frame } from './vp8.ts';
import { isVp9Keyframe } from './vp9.ts';

/**
 * IVF: a file header, then frames, each of which follows its length and time. https://wiki.multimedia.cx/index.php/IVF
 */
const FILE_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 12;

const FOUR_CC = { VP8: 'VP80', VP9: 'VP90', H264: 'H264' } as const;

/** A frame as a container holds it. */
export interface StoredFrame extends PictureSize {
  readonly data: Buffer;
  readonly keyframe: boolean;
  /** In ticks of the file's time base. */
  readonly time: number;
}

export function ivfHeader(codec: keyof typeof FOUR_CC, { width, height }: PictureSize, ticksPerSecond: number): Buffer {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  header.write('DKIF');
  header.writeUInt16LE(FILE_HEADER_BYTES, 6);
  header.write(FOUR_CC[codec], 8);
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(ticksPerSecond, 16);
  header.writeUInt32LE(1, 20);
  return header;
}

export function ivfFrame(data: Buffer, time: number): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt32LE(data.length);
  header.writeBigUInt64LE(BigInt(time), 4);
  return Buffer.concat([header, data]);
}

/** Reads a stream of VP8 or VP9 in IVF, in pieces of any size. Keeps no more than an unfinished frame. */
export class IvfReader {
  #rest: Buffer = Buffer.alloc(0);
  #size: PictureSize | null = null;
  #isVp9 = false;

  /** Frames that this piece completes. */
  push(piece: Buffer): StoredFrame[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    let at = 0;
    if (this.#size === null && bytes.length >= FILE_HEADER_BYTES) {
      this.#size = { width: bytes.readUInt16LE(12), height: bytes.readUInt16LE(14) };
      this.#isVp9 = bytes.toString('latin1', 8, 12) === FOUR_CC.VP9;
      at = FILE_HEADER_BYTES;
    }
    const frames: StoredFrame[] = [];
    while (this.#size !== null && bytes.length >= at + FRAME_HEADER_BYTES) {
      const start = at + FRAME_HEADER_BYTES;
      const end = start + bytes.readUInt32LE(at);
      if (bytes.length < end) break;
      const data = bytes.subarray(start, end);
      const time = Number(bytes.readBigUInt64LE(at + 4));
      frames.push({ data, time, keyframe: this.#isKeyframe(data), ...this.#size });
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return frames;
  }

  #isKeyframe(data: Buffer): boolean {
    return this.#isVp9 ? isVp9Keyframe(data) : kindOfVp8Frame(data) === 'keyframe';
  }
}
