import type { Readable } from 'node:stream';
import type { OutputCodec } from '../../../core/reencoding/messages.ts';
import { bytesOfI420, type PictureSize } from '../pictureSize.ts';
import { ByteQueue } from './ByteQueue.ts';
import { IVF_FRAME_HEADER_BYTES, IVF_HEADER_BYTES } from './ivf.ts';

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

/** I420: pictures as they are. */
export type PictureCodec = OutputCodec | 'I420';

/** Tells of each picture that a command writes: VP8 as IVF, H264, which IVF cannot carry, as FLV, I420 with nothing around it. */
export function readPictures(
  codec: PictureCodec,
  size: PictureSize,
  stream: Readable,
  tell: (picture: CodedPicture) => void,
): void {
  const queue = new ByteQueue();
  const reader = readerOf(codec, size, queue);
  let begun = false;
  stream.on('data', (chunk: Buffer) => {
    queue.push(chunk);
    begun ||= queue.take(reader.fileHeaderBytes) !== null;
    if (!begun) return;
    for (let record = reader.next(); record !== null; record = reader.next()) {
      if (record !== 'no picture') tell(record);
    }
  });
}

function readerOf(codec: PictureCodec, size: PictureSize, queue: ByteQueue): RecordReader {
  switch (codec) {
    case 'VP8':
      return new IvfReader(queue);
    case 'H264':
      return new FlvReader(queue);
    case 'I420':
      return new RawReader(queue, bytesOfI420(size));
  }
}

interface RecordReader {
  readonly fileHeaderBytes: number;
  /** Null: the next record has not come yet, or not all of it. */
  next(): CodedPicture | 'no picture' | null;
}

class IvfReader implements RecordReader {
  readonly fileHeaderBytes = IVF_HEADER_BYTES;
  readonly #queue: ByteQueue;

  constructor(queue: ByteQueue) {
    this.#queue = queue;
  }

  next(): CodedPicture | null {
    const header = this.#queue.peek(IVF_FRAME_HEADER_BYTES);
    const record = header && this.#queue.take(IVF_FRAME_HEADER_BYTES + header.readUInt32LE());
    if (!record) return null;
    const data = record.subarray(IVF_FRAME_HEADER_BYTES);
    return { data, keyframe: ((data[0] ?? 1) & 1) === 0 };
  }
}

class RawReader implements RecordReader {
  readonly fileHeaderBytes = 0;
  readonly #queue: ByteQueue;
  readonly #pictureBytes: number;

  constructor(queue: ByteQueue, pictureBytes: number) {
    this.#queue = queue;
    this.#pictureBytes = pictureBytes;
  }

  next(): CodedPicture | null {
    const data = this.#queue.take(this.#pictureBytes);
    return data && { data, keyframe: true };
  }
}

class FlvReader implements RecordReader {
  readonly fileHeaderBytes = FLV_HEADER_BYTES;
  readonly #queue: ByteQueue;
  /** Parameter sets in Annex B: FLV tells them once. */
  #parameterSets: Buffer = Buffer.alloc(0);

  constructor(queue: ByteQueue) {
    this.#queue = queue;
  }

  next(): CodedPicture | 'no picture' | null {
    const header = this.#queue.peek(FLV_TAG_HEADER_BYTES);
    const tag = header && this.#queue.take(FLV_TAG_HEADER_BYTES + header.readUIntBE(5, 3));
    if (!tag) return null;
    const body = tag.subarray(FLV_TAG_HEADER_BYTES);
    if (tag[4] !== FLV_VIDEO) return 'no picture';
    const payload = body.subarray(FLV_AVC_HEADER_BYTES);
    // 0: the decoder's configuration; 1: a picture; 2: the end.
    if (body[1] === 0) this.#parameterSets = parameterSets(payload);
    if (body[1] !== 1) return 'no picture';
    const keyframe = (body.readUInt8() & 0xf0) === 0x10;
    const units = withStartCodes(payload);
    return { data: keyframe ? Buffer.concat([this.#parameterSets, units]) : units, keyframe };
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
