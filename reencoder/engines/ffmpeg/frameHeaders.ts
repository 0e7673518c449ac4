import type { InputCodec } from '../../../core/reencoding/messages.ts';
import type { PictureSize } from '../pictureSize.ts';
import { BitReader } from './BitReader.ts';
import { sizeOfParameterSet } from './sequenceParameterSet.ts';

/** What a coded frame says of itself, for a decoder that does not tell. */
export interface FrameHeader {
  /** Of a keyframe; null for others. */
  readonly size: PictureSize | null;
  /** False: it is for later frames to refer to. */
  readonly shown: boolean;
}

/** Null: this is no frame of that codec. Never throws. */
export function parseFrameHeader(codec: InputCodec, data: Buffer): FrameHeader | null {
  try {
    switch (codec) {
      case 'VP8':
        return parseVp8(data);
      case 'VP9':
        return parseVp9(data);
      case 'H264':
        return parseH264(data);
    }
  } catch (error) {
    if (error instanceof RangeError) return null; // It ends too early.
    throw error;
  }
}

/** RFC 6386 section 9.1. */
function parseVp8(data: Buffer): FrameHeader | null {
  const tag = data.readUIntLE(0, 3);
  const shown = (tag & 0x10) !== 0;
  if ((tag & 1) !== 0) return { size: null, shown };
  if (data.readUIntBE(3, 3) !== 0x9d012a) return null;
  return { size: { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff }, shown };
}

/** VP9 bitstream specification, section 6.2 and annex B. */
function parseVp9(data: Buffer): FrameHeader | null {
  const bits = new BitReader(data);
  if (bits.read(2) !== 2) return null;
  const profile = bits.read(1) | (bits.read(1) << 1);
  if (profile === 3) bits.read(1);
  if (bits.read(1) === 1) return { size: null, shown: true };
  const keyframe = bits.read(1) === 0;
  const isSuperframe = ((data.at(-1) ?? 0) & 0xe0) === 0xc0;
  const shown = bits.read(1) === 1 || isSuperframe;
  if (!keyframe) return { size: null, shown };
  bits.read(1);
  if (bits.read(24) !== 0x498342) return null;
  if (profile >= 2) bits.read(1);
  const rgb = bits.read(3) === 7;
  if (!rgb) bits.read(1);
  if (profile === 1 || profile === 3) bits.read(rgb ? 1 : 3);
  return { size: { width: bits.read(16) + 1, height: bits.read(16) + 1 }, shown };
}

/** Looks for the sequence parameter set in Annex B. */
function parseH264(data: Buffer): FrameHeader | null {
  const START = Buffer.from([0, 0, 1]);
  let slices = 0;
  let size: PictureSize | null = null;
  for (let at = data.indexOf(START); at !== -1; at = data.indexOf(START, at + 3)) {
    const type = (data[at + 3] ?? 0) & 0x1f;
    if (type === 1 || type === 5) slices++;
    if (type !== 7) continue;
    const next = data.indexOf(START, at + 3);
    size = sizeOfParameterSet(data.subarray(at + 4, next === -1 ? data.length : next));
  }
  return slices === 0 ? null : { size, shown: true };
}
