import { spawn } from 'node:child_process';
import type { InputCodec } from '../../core/reencoding/messages.ts';
import { NAL_TYPE, nalTypeOf, splitAnnexB } from '../../reencoder/codecs/h264.ts';
import { IvfReader, ivfFrame, ivfHeader } from '../../reencoder/codecs/ivf.ts';
import type { CodedFrame, PictureSize } from '../../reencoder/frames.ts';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Mean of all luma samples. */
  readonly luma: number;
}

const ENCODERS: Record<InputCodec, readonly string[]> = {
  VP8: ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '-8', '-lag-in-frames', '0', '-f', 'ivf'],
  VP9: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0', '-f', 'ivf'],
  H264: [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'],
    ...['-x264-params', 'aud=1:scenecut=0', '-f', 'h264'],
  ],
};

/** Needs more than 33 bits. */
const FIRST_TIMESTAMP = 2 ** 33 + 12_345;

/** Returns the luma of the n-th picture of `flashes`. Neighbours differ by more than coding changes. */
export function flashLuma(index: number): number {
  return 40 + ((index * 37) % 160);
}

/** Makes pictures of one grey each, so that every frame shows its number. */
function flashes(count: number, width: number, height: number): Buffer {
  const pictures = Array.from({ length: count }, (_, index) =>
    Buffer.concat([
      Buffer.alloc(width * height, flashLuma(index)),
      Buffer.alloc(2 * Math.ceil(width / 2) * Math.ceil(height / 2), 128),
    ]),
  );
  return Buffer.concat(pictures);
}

interface VideoOptions {
  readonly codec: InputCodec;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Frames between keyframes. Without it only the first frame is one. */
  readonly gop?: number;
  readonly bitrateBps?: number;
  /** `flashes` is described above; `motion` is a test card with moving parts. */
  readonly content?: 'flashes' | 'motion';
  /** Additional encoder options. */
  readonly encoding?: readonly string[];
}

const made = new Map<string, Promise<readonly CodedFrame[]>>();

/** Returns coded frames at 30 fps with timestamps beyond 33 bits. A file's tests that want the same share the work. */
export async function codedVideo(options: VideoOptions): Promise<CodedFrame[]> {
  const key = JSON.stringify(options);
  const video = made.get(key) ?? makeVideo(options);
  made.set(key, video);
  return (await video).map((frame) => ({ ...frame, data: Buffer.from(frame.data) }));
}

async function makeVideo(options: VideoOptions): Promise<readonly CodedFrame[]> {
  const { codec, width, height, frames, gop = 9_999, bitrateBps = 2_000_000, content = 'flashes' } = options;
  const { encoding = [] } = options;
  const size = `${width}x${height}`;
  const input =
    content === 'motion'
      ? ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=30`, '-pix_fmt', 'yuv420p']
      : ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', size, '-r', '30', '-i', 'pipe:0'];
  const rate = ['-b:v', String(bitrateBps), '-g', String(gop), '-frames:v', String(frames), '-threads', '1'];
  const raw = content === 'motion' ? Buffer.alloc(0) : flashes(frames, width, height);
  const coded = await ffmpeg([...input, ...rate, ...ENCODERS[codec], ...encoding, 'pipe:1'], raw);
  return (codec === 'H264' ? accessUnits(coded) : new IvfReader().push(coded)).map(({ data, keyframe }, index) => ({
    data,
    keyframe,
    timestamp: FIRST_TIMESTAMP + index * 3_000,
  }));
}

/**
 * Returns the pictures that any player would show.
 * @throws Error when the frames do not decode
 */
export async function decoded(
  codec: InputCodec,
  frames: readonly { data: Buffer; width: number; height: number }[],
): Promise<Picture[]> {
  const [first] = frames;
  if (first === undefined) return [];
  const { width, height } = first;
  return (await decodedPixels(codec, first, frames)).map((pixels) => {
    const luma = pixels.subarray(0, width * height);
    return { width, height, luma: luma.reduce((sum, sample) => sum + sample, 0) / luma.length };
  });
}

/** Returns the same pictures as I420. */
async function decodedPixels(
  codec: InputCodec,
  size: PictureSize,
  frames: readonly { data: Buffer }[],
): Promise<Buffer[]> {
  const datas = frames.map(({ data }) => data);
  const ivf = [ivfHeader(codec, size, 30), ...datas.map((data, index) => ivfFrame(data, index))];
  const coded = Buffer.concat(codec === 'H264' ? datas : ivf);
  const format = codec === 'H264' ? 'h264' : 'ivf';
  const raw = await ffmpeg(
    [
      ...['-xerror', '-err_detect', 'explode', '-f', format, '-i', 'pipe:0', '-fps_mode', 'passthrough'],
      ...['-pix_fmt', 'yuv420p', '-f', 'rawvideo', 'pipe:1'],
    ],
    coded,
  );
  const bytes = size.width * size.height + 2 * Math.ceil(size.width / 2) * Math.ceil(size.height / 2);
  if (raw.length % bytes !== 0) throw new Error(`${raw.length} bytes are no pictures of ${size.width}×${size.height}`);
  return Array.from({ length: raw.length / bytes }, (_, index) => raw.subarray(index * bytes, (index + 1) * bytes));
}

/** Runs the ffmpeg command and returns its output. */
async function ffmpeg(args: readonly string[], input: Buffer): Promise<Buffer> {
  const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin', ...args], { stdio: 'pipe' });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(input);
  const code = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${Buffer.concat(errors)}`);
  return Buffer.concat(output);
}

/** Cuts the stream before each access unit delimiter. */
function accessUnits(stream: Buffer): Pick<CodedFrame, 'data' | 'keyframe'>[] {
  const delimiter = Buffer.from([0, 0, 0, 1, NAL_TYPE.accessUnitDelimiter]);
  const units: Pick<CodedFrame, 'data' | 'keyframe'>[] = [];
  for (let start = stream.indexOf(delimiter); start !== -1; ) {
    const next = stream.indexOf(delimiter, start + 1);
    const data = stream.subarray(start, next === -1 ? stream.length : next);
    units.push({ data, keyframe: splitAnnexB(data).some((unit) => nalTypeOf(unit) === NAL_TYPE.idrSlice) });
    start = next;
  }
  return units;
}
