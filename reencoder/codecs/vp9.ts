import type { PictureSize } from '../frames.ts';

/** The header of a VP9 frame (VP9 bitstream specification, section 6.2). */

const SYNC_CODE = 0x498342;
/** Index of the last byte that holds the size in a keyframe of profile 0. */
const SIZE_ENDS_AT = 8;

export function isVp9Keyframe(data: Buffer): boolean {
  const header = data[0] ?? 0;
  if (header >> 6 !== 2) return false;
  const profile3 = (header & 0x30) === 0x30;
  const showExistingAndType = profile3 ? (header >> 1) & 0x03 : (header >> 2) & 0x03;
  return showExistingAndType === 0;
}

/** Returns null if the data does not begin with a keyframe of profile 0. */
export function sizeOfVp9Keyframe(data: Buffer): PictureSize | null {
  const isProfile0 = ((data[0] ?? 0) & 0x30) === 0;
  if (!isVp9Keyframe(data) || !isProfile0 || data.length <= SIZE_ENDS_AT) return null;
  if (data.readUIntBE(1, 3) !== SYNC_CODE) return null;
  // Four bits of colour, then width and height as 16 bits each, both stored minus one.
  const size = data.readUIntBE(4, 5);
  return { width: (Math.floor(size / 2 ** 20) & 0xffff) + 1, height: (Math.floor(size / 2 ** 4) & 0xffff) + 1 };
}

/** Joins the frames of one picture and adds the index that they need (VP9 bitstream specification, annex B). */
export function toSuperframe(frames: readonly Buffer[]): Buffer {
  if (frames.length === 1) return Buffer.concat(frames);
  const sizeBytes = 4;
  const marker = Buffer.from([0xc0 | ((sizeBytes - 1) << 3) | (frames.length - 1)]);
  const sizes = Buffer.alloc(frames.length * sizeBytes);
  for (const [i, frame] of frames.entries()) sizes.writeUInt32LE(frame.length, i * sizeBytes);
  return Buffer.concat([...frames, marker, sizes, marker]);
}
