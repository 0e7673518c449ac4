import type { OutputCodec } from '../../../core/reencoding/messages.ts';
import { ENCODER_TIME_BASE, EncoderClock } from '../EncoderClock.ts';
import { EngineFailed } from '../Engine.ts';
import type { EncodeOptions } from '../PictureTranscoder.ts';
import type { PictureSize } from '../pictureSize.ts';
import { CodedOutput, type CodedPicture } from './CodedOutput.ts';
import type { RawPicture } from './FfmpegDecoder.ts';
import { FfmpegProcess } from './FfmpegProcess.ts';
import { ivfFrameHeader, ivfHeader } from './ivf.ts';

/** Encoding a picture never takes this long. Starting may take a tenth of it. */
const FRAME_TIMEOUT_MS = 3_000;
/** The lowest bit of each picture's time says whether it has to be a keyframe. */
const TICKS = 2 * ENCODER_TIME_BASE.den;

/** A command that makes one coded frame of each picture, all of one size. */
export class EncoderProcess implements PictureSize {
  readonly width: number;
  readonly height: number;
  readonly bitrateBps: number;
  readonly #codec: OutputCodec;
  readonly #process: FfmpegProcess;
  readonly #output: CodedOutput;
  readonly #clock = new EncoderClock();
  /** Flags count from the first picture's time on, which has to be even; that one is a keyframe anyway. */
  #begun = false;

  constructor(path: string, codec: OutputCodec, { width, height }: PictureSize, bitrateBps: number) {
    this.width = width;
    this.height = height;
    this.bitrateBps = bitrateBps;
    this.#codec = codec;
    this.#process = new FfmpegProcess(path, encoderArguments(codec, bitrateBps), 1);
    this.#process.write(ivfHeader('I420', { width, height }, TICKS));
    this.#output = new CodedOutput(codec, this.#process.pipe(0));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** libvpx follows another bitrate than its own through its clock; libx264 cannot. @throws EngineFailed */
  async encode({ data }: RawPicture, options: EncodeOptions): Promise<CodedPicture> {
    const stretch = this.#codec === 'VP8' ? options.bitrateBps / this.bitrateBps : 1;
    const { pts } = this.#clock.next(options.timestamp, stretch);
    const flag = options.keyframe && this.#begun ? 1 : 0;
    this.#begun = true;
    this.#process.write(ivfFrameHeader(data.length, 2 * pts + flag), data);

    const { promise: late, resolve } = Promise.withResolvers<string>();
    const timer = setTimeout(() => resolve('it does not answer'), FRAME_TIMEOUT_MS);
    const ended = this.#process.ended.then(({ reason }) => reason);
    const outcome = await Promise.race([this.#output.next(), ended, late]);
    clearTimeout(timer);
    if (typeof outcome === 'string') throw new EngineFailed(`ffmpeg does not encode: ${outcome}`);
    return outcome;
  }

  async kill(): Promise<void> {
    await this.#process.kill();
  }
}

/** Realtime, no frame held back, no frame left out; keyframes only when asked, and of at most six frames' bits. */
const CODEC_ARGUMENTS: Record<OutputCodec, readonly string[]> = {
  VP8: [
    ...['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '-6', '-lag-in-frames', '0', '-max-intra-rate', '600'],
    ...[
      '-static-thresh',
      '1',
      '-undershoot-pct',
      '100',
      '-overshoot-pct',
      '15',
      '-qmin',
      '2',
      '-qmax',
      '63',
      '-f',
      'ivf',
    ],
  ],
  H264: [
    ...['-c:v', 'libx264', '-preset', 'superfast', '-tune', 'zerolatency', '-profile:v', 'baseline', '-bf', '0'],
    ...['-forced-idr', '1', '-sc_threshold', '0', '-refs', '1', '-x264-params', 'fps=30', '-f', 'flv'],
  ],
};

function encoderArguments(codec: OutputCodec, bitrateBps: number): string[] {
  const rate = String(Math.round(bitrateBps));
  return [
    ...['-threads', '1', '-f', 'ivf', '-probesize', '32', '-analyzeduration', '0', '-i', 'pipe:0', '-copyts'],
    ...['-map', '0:v', '-fps_mode', 'passthrough', '-enc_time_base', `1:${TICKS}`],
    ...['-force_key_frames', `expr:mod(round(t*${TICKS}),2)`],
    ...['-b:v', rate, '-minrate', rate, '-maxrate', rate, '-bufsize', rate, '-g', '3000', '-threads', '1'],
    ...CODEC_ARGUMENTS[codec],
    ...['-flush_packets', '1', 'pipe:3'],
  ];
}
