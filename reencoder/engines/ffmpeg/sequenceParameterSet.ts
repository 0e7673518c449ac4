import type { PictureSize } from '../pictureSize.ts';
import { BitReader } from './BitReader.ts';

/** Profiles whose parameter sets speak of chroma. */
const WITH_CHROMA_FORMAT = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Size of the pictures that an H264 sequence parameter set announces (ITU-T H.264, 7.3.2.1.1). @throws RangeError */
export function sizeOfParameterSet(unit: Buffer): PictureSize {
  const bits = new BitReader(withoutEmulationPrevention(unit));
  const profile = bits.read(8);
  bits.read(16); // Constraints and level.
  golomb(bits); // seq_parameter_set_id
  let chromaFormat = 1;
  if (WITH_CHROMA_FORMAT.has(profile)) chromaFormat = skipChroma(bits);
  golomb(bits); // log2_max_frame_num_minus4
  const orderType = golomb(bits);
  if (orderType === 0) {
    golomb(bits);
  } else if (orderType === 1) {
    bits.read(1);
    golomb(bits);
    golomb(bits);
    for (let cycle = golomb(bits); cycle > 0; cycle--) golomb(bits);
  }
  golomb(bits); // max_num_ref_frames
  bits.read(1);
  const macroblocksWide = golomb(bits) + 1;
  const mapUnitsHigh = golomb(bits) + 1;
  const framesOnly = bits.read(1);
  if (framesOnly === 0) bits.read(1);
  bits.read(1);
  const [left, right, top, bottom] =
    bits.read(1) === 1 ? [golomb(bits), golomb(bits), golomb(bits), golomb(bits)] : [0, 0, 0, 0];
  const cropX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
  const cropY = (chromaFormat === 1 ? 2 : 1) * (2 - framesOnly);
  return {
    width: macroblocksWide * 16 - (left + right) * cropX,
    height: mapUnitsHigh * 16 * (2 - framesOnly) - (top + bottom) * cropY,
  };
}

/** Returns chroma_format_idc. */
function skipChroma(bits: BitReader): number {
  const chromaFormat = golomb(bits);
  if (chromaFormat === 3) bits.read(1);
  golomb(bits);
  golomb(bits);
  bits.read(1);
  if (bits.read(1) === 0) return chromaFormat;
  for (let list = 0; list < (chromaFormat === 3 ? 12 : 8); list++) {
    if (bits.read(1) === 1) skipScalingList(bits, list < 6 ? 16 : 64);
  }
  return chromaFormat;
}

function skipScalingList(bits: BitReader, length: number): void {
  let last = 8;
  let next = 8;
  for (let index = 0; index < length && next !== 0; index++) {
    const coded = golomb(bits);
    const delta = coded % 2 === 1 ? (coded + 1) / 2 : -coded / 2;
    next = (last + delta + 256) % 256;
    if (next !== 0) last = next;
  }
}

/** Exponential Golomb code, unsigned (9.1). */
function golomb(bits: BitReader): number {
  let zeros = 0;
  while (bits.read(1) === 0) {
    zeros++;
    if (zeros > 31) throw new RangeError('No Golomb code is that long');
  }
  return 2 ** zeros - 1 + bits.read(zeros);
}

function withoutEmulationPrevention(unit: Buffer): Buffer {
  const bytes: number[] = [];
  let zeros = 0;
  for (const byte of unit) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    bytes.push(byte);
  }
  return Buffer.from(bytes);
}
