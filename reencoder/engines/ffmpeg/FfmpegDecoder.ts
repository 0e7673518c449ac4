import type { InputCodec } from '../../../core/reencoding/messages.ts';
import type { CodedFrame } from '../../frames.ts';
import { EngineFailed } from '../Engine.ts';
import { type Picture, type PictureDecoder, Undecodable } from '../PictureTranscoder.ts';
import { isUsableSize, layerSize, MAX_PIXELS, type PictureSize } from '../pictureSize.ts';
import { type Ending, FfmpegProcess } from './FfmpegProcess.ts';
import { parseFrameHeader } from './frameHeaders.ts';
import { ivfFrameHeader, ivfHeader } from './ivf.ts';
import { RecordReader } from './RecordReader.ts';

/** A frame that shows nothing after this long shows nothing at all. Starting takes a tenth of it. */
const PICTURE_TIMEOUT_MS = 1_000;

/** A layer's picture as I420. */
export interface RawPicture extends PictureSize {
  readonly data: Buffer;
}

/** A decoded picture in the sizes of all layers. */
export class FfmpegPicture implements Picture {
  readonly width: number;
  readonly height: number;
  readonly layers: readonly RawPicture[];
  readonly #free: (picture: FfmpegPicture) => void;

  constructor({ width, height }: PictureSize, layers: readonly RawPicture[], free: (picture: FfmpegPicture) => void) {
    this.width = width;
    this.height = height;
    this.layers = layers;
    this.#free = free;
  }

  release(): void {
    this.#free(this);
  }
}

/** A process for one size of input. */
interface Running {
  readonly process: FfmpegProcess;
  readonly size: PictureSize;
  readonly layers: readonly PictureSize[];
  readonly readers: readonly RecordReader[];
}

/**
 * One command that decodes and scales, a picture for a frame: whatever else it does, it is ended, and started again in time for
 * the keyframe that is needed then.
 */
export class FfmpegDecoder implements PictureDecoder<FfmpegPicture> {
  readonly #path: string;
  readonly #input: InputCodec;
  readonly #scaleDownBy: readonly number[];
  #running: Running | null = null;
  /** Pictures whose memory is free again. */
  #spare: FfmpegPicture[] = [];
  /** Processes that were told to end. */
  #leaving: Promise<unknown> = Promise.resolve();
  #frames = 0;
  #closed = false;

  constructor(path: string, input: InputCodec, scaleDownBy: readonly number[]) {
    this.#path = path;
    this.#input = input;
    this.#scaleDownBy = scaleDownBy;
  }

  get pids(): readonly number[] {
    const pid = this.#running?.process.pid;
    return pid === undefined ? [] : [pid];
  }

  async decode({ data }: CodedFrame): Promise<FfmpegPicture | null> {
    const header = parseFrameHeader(this.#input, data);
    if (header === null) throw new Undecodable(`This is no frame of ${this.#input}`);
    const running = this.#runningFor(header.size);
    running.process.write(ivfFrameHeader(data.length, this.#frames++), data);
    return header.shown ? await this.#read(running) : null;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running?.process.kill();
    await this.#leaving;
    this.#running = null;
    this.#spare = [];
  }

  #runningFor(size: PictureSize | null): Running {
    if (this.#closed) throw new EngineFailed('The decoder is closed');
    const running = this.#running;
    if (running !== null && (size === null || isSame(size, running.size))) return running;
    if (size === null) throw new Undecodable('A keyframe that does not tell its size');
    if (!isUsableSize(size)) throw new Undecodable(`A picture of ${size.width}×${size.height}`);
    return this.#start(size);
  }

  #start(size: PictureSize): Running {
    const before = this.#running?.process;
    if (before !== undefined) this.#leaving = Promise.all([this.#leaving, before.kill()]);
    this.#spare = [];
    const layers = this.#scaleDownBy.map((scaleDownBy) => layerSize(size, scaleDownBy));
    const process = new FfmpegProcess(this.#path, decoderArguments(size, layers), layers.length);
    process.write(ivfHeader(this.#input, size, 30));
    const readers = layers.map((_, index) => new RecordReader(process.pipe(index)));
    this.#running = { process, size, layers, readers };
    return this.#running;
  }

  async #read(running: Running): Promise<FfmpegPicture> {
    const picture = this.#spare.pop() ?? this.#allocate(running);
    const read = Promise.all(
      running.readers.map(async (reader, layer) => {
        const raw = picture.layers[layer];
        if (raw !== undefined) await reader.readInto(raw.data);
      }),
    );
    const { promise: late, resolve } = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => resolve('late'), PICTURE_TIMEOUT_MS);
    const outcome = await Promise.race([read.then(() => null), running.process.ended, late]);
    clearTimeout(timer);
    if (outcome === null) return picture;
    throw this.#startAgain(running, outcome);
  }

  /** The next frame that counts is a keyframe: until it comes, the next process is ready. */
  #startAgain(running: Running, outcome: Ending | 'late'): Error {
    if (this.#closed) return new EngineFailed('The decoder is closed');
    if (outcome !== 'late' && outcome.code === null) {
      return new EngineFailed(`ffmpeg ended while it decoded: ${outcome.reason}`);
    }
    this.#start(running.size);
    return new Undecodable(outcome === 'late' ? 'The frame shows nothing' : outcome.reason);
  }

  #allocate({ size, layers }: Running): FfmpegPicture {
    const raw = layers.map(({ width, height }) => ({
      width,
      height,
      data: Buffer.allocUnsafeSlow((width * height * 3) / 2),
    }));
    return new FfmpegPicture(size, raw, (picture) => {
      if (!this.#closed && this.#running !== null && isSame(this.#running.size, picture)) this.#spare.push(picture);
    });
  }
}

function isSame(a: PictureSize, b: PictureSize): boolean {
  return a.width === b.width && a.height === b.height;
}

/** Scaled in steps from layer to layer, which is cheap and does not flicker. */
function decoderArguments(size: PictureSize, layers: readonly PictureSize[]): string[] {
  const filters: string[] = [];
  const outputs: string[] = [];
  let from = '0:v';
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    const { width, height } = layers[layer] ?? size;
    const scaled = `[${from}]scale=${width}:${height}:flags=fast_bilinear,format=yuv420p`;
    filters.push(layer === 0 ? `${scaled}[layer0]` : `${scaled},split=2[layer${layer}][below${layer}]`);
    outputs.push('-map', `[layer${layer}]`, '-fps_mode', 'passthrough', '-threads', '1');
    outputs.push('-avioflags', 'direct', '-f', 'rawvideo', `pipe:${3 + layer}`);
    from = `below${layer}`;
  }
  return [
    // A damaged frame ends it.
    ...['-xerror', '-filter_complex_threads', '1'],
    ...['-threads', '1', '-flags', 'low_delay', '-max_pixels', String(MAX_PIXELS)],
    ...['-f', 'ivf', '-probesize', '32', '-analyzeduration', '0', '-i', 'pipe:0'],
    ...['-copyts', '-filter_complex', filters.join(';')],
    ...outputs,
  ];
}
