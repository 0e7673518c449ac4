import type { PictureSize } from '../frames.ts';
import { joinAnnexB } from './h264.ts';
import type { StoredFrame } from './ivf.ts';

/** FLV: a header, then tags, each after the length of the tag before it. Adobe Flash Video File Format, annex E. */
const FILE_HEADER_BYTES = 9;
const TAG_HEADER_BYTES = 4 + 11;
const VIDEO_TAG = 9;
const SCRIPT_TAG = 18;
/** Frame type and codec, packet type, composition time. */
const AVC_HEADER_BYTES = 5;

/** Reads a stream of H264 in FLV, in pieces of any size. Keeps no more than an unfinished tag. Times are in ms. */
export class FlvReader {
  #rest: Buffer = Buffer.alloc(0);
  #begun = false;
  #size: PictureSize = { width: 0, height: 0 };
  /** FLV carries them only once. */
  #parameterSets: readonly Buffer[] = [];

  /** Frames that this piece completes, as Annex B with parameter sets before each keyframe. */
  push(piece: Buffer): StoredFrame[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    let at = 0;
    if (!this.#begun && bytes.length >= FILE_HEADER_BYTES) {
      this.#begun = true;
      at = FILE_HEADER_BYTES;
    }
    const frames: StoredFrame[] = [];
    while (this.#begun && bytes.length >= at + TAG_HEADER_BYTES) {
      const end = at + TAG_HEADER_BYTES + bytes.readUIntBE(at + 5, 3);
      if (bytes.length < end) break;
      const frame = this.#read(bytes.subarray(at, end));
      if (frame !== null) frames.push(frame);
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return frames;
  }

  /** Returns null if the tag holds no picture. */
  #read(tag: Buffer): StoredFrame | null {
    const body = tag.subarray(TAG_HEADER_BYTES);
    if (tag[4] === SCRIPT_TAG) this.#size = { width: numberIn(body, 'width'), height: numberIn(body, 'height') };
    if (tag[4] !== VIDEO_TAG) return null;
    const payload = body.subarray(AVC_HEADER_BYTES);
    // 0: the decoder's configuration; 1: a picture; 2: the end.
    if (body[1] === 0) this.#parameterSets = parameterSetsIn(payload);
    if (body[1] !== 1) return null;
    const keyframe = (body.readUInt8(0) & 0xf0) === 0x10;
    const units = [...(keyframe ? this.#parameterSets : []), ...unitsIn(payload)];
    // The highest byte of the time comes last.
    const time = tag.readUIntBE(8, 3) + tag.readUInt8(11) * 2 ** 24;
    return { data: joinAnnexB(units), keyframe, time, ...this.#size };
  }
}

/** Returns a number from the metadata, or 0 if it has none of that name. */
function numberIn(metadata: Buffer, name: string): number {
  const at = metadata.indexOf(name, 0, 'latin1');
  // One type byte stands between the name and the number.
  return at === -1 ? 0 : metadata.readDoubleBE(at + name.length + 1);
}

/** Reads NAL units, each of which follows its length. */
function unitsIn(payload: Buffer): Buffer[] {
  const units: Buffer[] = [];
  for (let at = 0; at < payload.length; ) {
    const end = at + 4 + payload.readUInt32BE(at);
    units.push(payload.subarray(at + 4, end));
    at = end;
  }
  return units;
}

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15). */
function parameterSetsIn(record: Buffer): Buffer[] {
  const sets: Buffer[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = record.readUInt8(at) & mask;
    at += 1;
    for (let index = 0; index < count; index += 1) {
      const end = at + 2 + record.readUInt16BE(at);
      sets.push(record.subarray(at + 2, end));
      at = end;
    }
  }
  return sets;
}
