import type { PictureSize } from '../frames.ts';

/** The header of a VP8 frame (RFC 6386 section 9.1). */

const FRAME_TAG_BYTES = 3;
/** Frame tag, start code and size. */
const KEYFRAME_HEADER_BYTES = 10;
const START_CODE = 0x9d012a;

/** A `keyframe` has a whole header. `broken` is too short for a frame, or a keyframe without its start code. */
export type Vp8FrameKind = 'keyframe' | 'interframe' | 'broken';

export function kindOfVp8Frame(data: Buffer): Vp8FrameKind {
  if (data.length < FRAME_TAG_BYTES) return 'broken';
  if ((data.readUInt8(0) & 1) === 1) return 'interframe';
  const isWhole = data.length >= KEYFRAME_HEADER_BYTES && data.readUIntBE(FRAME_TAG_BYTES, 3) === START_CODE;
  return isWhole ? 'keyframe' : 'broken';
}

/** Returns null if the data does not begin with the header of a keyframe. */
export function sizeOfVp8Keyframe(data: Buffer): PictureSize | null {
  if (kindOfVp8Frame(data) !== 'keyframe') return null;
  return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff };
}
