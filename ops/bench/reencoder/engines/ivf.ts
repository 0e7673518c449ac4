export interface IvfFrame {
  readonly data: Buffer;
  readonly keyframe: boolean;
}

const FILE_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 12;

/** The VP8 frames of an IVF file. */
export function framesOfIvf(file: Buffer): IvfFrame[] {
  const frames: IvfFrame[] = [];
  let offset = FILE_HEADER_BYTES;
  while (offset + FRAME_HEADER_BYTES <= file.length) {
    const start = offset + FRAME_HEADER_BYTES;
    offset = start + file.readUInt32LE(offset);
    const data = file.subarray(start, offset);
    frames.push({ data, keyframe: ((data[0] ?? 1) & 1) === 0 });
  }
  return frames;
}
