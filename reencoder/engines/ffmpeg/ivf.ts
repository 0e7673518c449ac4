import type { PictureSize } from '../pictureSize.ts';

/** IVF: a file header, then frames, each with its length and time. https://wiki.multimedia.cx/index.php/IVF */
export const IVF_HEADER_BYTES = 32;
export const IVF_FRAME_HEADER_BYTES = 12;

const FOUR_CC = { VP8: 'VP80', VP9: 'VP90', H264: 'H264', I420: 'I420' } as const;

export type IvfCodec = keyof typeof FOUR_CC;

export function ivfHeader(codec: IvfCodec, { width, height }: PictureSize, ticksPerSecond: number): Buffer {
  const header = Buffer.alloc(IVF_HEADER_BYTES);
  header.write('DKIF');
  header.writeUInt16LE(IVF_HEADER_BYTES, 6);
  header.write(FOUR_CC[codec], 8);
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(ticksPerSecond, 16);
  header.writeUInt32LE(1, 20);
  return header;
}

export function ivfFrameHeader(bytes: number, pts: number): Buffer {
  const header = Buffer.alloc(IVF_FRAME_HEADER_BYTES);
  header.writeUInt32LE(bytes);
  header.writeBigUInt64LE(BigInt(pts), 4);
  return header;
}
