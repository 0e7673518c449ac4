import type { Readable } from 'node:stream';
import type { OutputCodec } from '../../../core/reencoding/messages.ts';
import { EngineFailed } from '../Engine.ts';
import { IVF_FRAME_HEADER_BYTES, IVF_HEADER_BYTES } from './ivf.ts';
import { RecordReader } from './RecordReader.ts';

export interface CodedPicture {
  readonly data: Buffer;
  readonly keyframe: boolean;
}

/** FLV: a header, then tags; between them, the length of the one before. Adobe Flash Video File Format, annex E. */
const FLV_HEADER_BYTES = 9;
const FLV_TAG_HEADER_BYTES = 4 + 11;
const FLV_VIDEO = 9;
const FLV_AVC_HEADER_BYTES = 5;

const START_CODE = Buffer.from([0, 0, 0, 1]);

/** The coded frames that a command writes: VP8 as IVF, H264, which IVF cannot carry, as FLV. */
export class CodedOutput {
  readonly #codec: OutputCodec;
  readonly #reader: RecordReader;
  #begun = false;
  /** Parameter sets in Annex B: FLV tells them once. */
  #parameterSets: Buffer = Buffer.alloc(0);

  constructor(codec: OutputCodec, stream: Readable) {
    this.#codec = codec;
    this.#reader = new RecordReader(stream);
  }

  /** Never settles when the command ends before. */
  async next(): Promise<CodedPicture> {
    if (!this.#begun) await this.#reader.read(this.#codec === 'VP8' ? IVF_HEADER_BYTES : FLV_HEADER_BYTES);
    this.#begun = true;
    return this.#codec === 'VP8' ? await this.#nextOfIvf() : await this.#nextOfFlv();
  }

  async #nextOfIvf(): Promise<CodedPicture> {
    const header = await this.#reader.read(IVF_FRAME_HEADER_BYTES);
    const data = await this.#reader.read(header.readUInt32LE());
    return { data, keyframe: ((data[0] ?? 1) & 1) === 0 };
  }

  async #nextOfFlv(): Promise<CodedPicture> {
    for (;;) {
      const tag = await this.#reader.read(FLV_TAG_HEADER_BYTES);
      const body = await this.#reader.read(tag.readUIntBE(5, 3));
      if (tag[4] !== FLV_VIDEO) continue;
      const payload = body.subarray(FLV_AVC_HEADER_BYTES);
      // 0: the decoder's configuration; 1: a picture; 2: the end.
      if (body[1] === 0) this.#parameterSets = parameterSets(payload);
      if (body[1] !== 1) continue;
      const keyframe = (body.readUInt8() & 0xf0) === 0x10;
      const units = withStartCodes(payload);
      return { data: keyframe ? Buffer.concat([this.#parameterSets, units]) : units, keyframe };
    }
  }
}

/** NAL units, each after its length, to Annex B: both take four bytes. */
function withStartCodes(units: Buffer): Buffer {
  for (let at = 0; at < units.length; ) {
    const length = units.readUInt32BE(at);
    START_CODE.copy(units, at);
    at += START_CODE.length + length;
  }
  return units;
}

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15) to Annex B. */
function parameterSets(record: Buffer): Buffer {
  if (record.length < 7) throw new EngineFailed('ffmpeg told no H264 parameter sets');
  const sets: Buffer[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = record.readUInt8(at) & mask;
    at++;
    for (let index = 0; index < count; index++) {
      const length = record.readUInt16BE(at);
      sets.push(START_CODE, record.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return Buffer.concat(sets);
}
