import type { CodecContext, Frame, Packet } from 'node-av/lib';
import type { OutputCodec } from '../../../core/reencoding/messages.ts';
import type { PictureSize } from '../../frames.ts';
import { ENCODER_TIME_BASE, EncoderClock } from '../EncoderClock.ts';
import { EngineFailed } from '../Engine.ts';
import type { EncodedPicture, EncodeOptions, LayerEncoder } from '../PictureTranscoder.ts';
import { vp8Speed } from '../vp8Speed.ts';
import type { LibavPicture } from './LibavPicture.ts';
import { checked, type Libav } from './library.ts';

/** libav's names. */
export const ENCODERS = { VP8: 'libvpx', H264: 'libx264' } as const satisfies Record<OutputCodec, string>;

/** In frames. Only wishes make keyframes, but libav requires a number. */
const LONGEST_GOP = 3_000;
/**
 * libvpx keeps the bitrate that it was opened with, and stretched time does the rest. But its buffers are sized for the
 * old bitrate. Beyond the first ratio it is opened again at the next keyframe, which breaks the sequence anyway; beyond
 * the second, at once.
 */
const REOPEN_AT_KEYFRAME = 1.4;
const REOPEN_AT_ONCE = 6;

interface OpenEncoder extends PictureSize {
  readonly context: CodecContext;
  readonly clock: EncoderClock;
  /** The bitrate that it keeps, measured in its stretched time. */
  bitrateBps: number;
}

/** One layer's encoder. It follows the pictures' size. */
export class LibavEncoder implements LayerEncoder<LibavPicture> {
  readonly pids = [];
  readonly #libav: Libav;
  readonly #output: OutputCodec;
  readonly #layer: number;
  readonly #packet: Packet;
  #open: OpenEncoder | null = null;
  #working: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(libav: Libav, output: OutputCodec, layer: number) {
    this.#libav = libav;
    this.#output = output;
    this.#layer = layer;
    this.#packet = new libav.lib.Packet();
    this.#packet.alloc();
  }

  async encode(picture: LibavPicture, options: EncodeOptions): Promise<EncodedPicture | null> {
    const work = this.#encode(picture, options);
    this.#working = work.catch(() => undefined); // The caller gets the error; close() only waits.
    return await work;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
    this.#free();
    this.#packet.free();
  }

  async #encode(picture: LibavPicture, options: EncodeOptions): Promise<EncodedPicture | null> {
    if (this.#closed) throw new EngineFailed('The encoder is closed');
    const scaled = await picture.layer(this.#layer);
    const open = await this.#opened(scaled, options);
    const frame = scaled.clone();
    if (frame === null) throw new EngineFailed('libav: no memory for a frame');
    try {
      return await this.#encodeFrame(open, frame, options);
    } catch (error) {
      this.#free();
      throw error;
    } finally {
      frame.free();
    }
  }

  async #encodeFrame(open: OpenEncoder, frame: Frame, options: EncodeOptions): Promise<EncodedPicture | null> {
    const { constants } = this.#libav;
    if (this.#output === 'H264') setBitrate(open, options.bitrateBps);
    const { pts, duration } = open.clock.next(options.timestamp, options.bitrateBps / open.bitrateBps);
    frame.pts = BigInt(pts);
    frame.duration = BigInt(duration);
    // Reset the picture type: the encoder would otherwise copy the source's keyframes.
    frame.pictType = options.keyframe ? constants.AV_PICTURE_TYPE_I : constants.AV_PICTURE_TYPE_NONE;
    checked(await open.context.sendFrame(frame), 'avcodec_send_frame');
    // Sending the frame did the work, so this call is quick.
    if (open.context.receivePacketSync(this.#packet) < 0) return null;
    try {
      const { data } = this.#packet;
      if (data === null) return null;
      return { data: Buffer.from(data), keyframe: this.#packet.isKeyframe, width: open.width, height: open.height };
    } finally {
      this.#packet.unref();
    }
  }

  async #opened(frame: PictureSize, { keyframe, bitrateBps }: EncodeOptions): Promise<OpenEncoder> {
    const { width, height } = frame;
    const open = this.#open;
    if (open !== null && open.width === width && open.height === height) {
      const ratio = Math.max(bitrateBps / open.bitrateBps, open.bitrateBps / bitrateBps);
      const stays = this.#output === 'H264' || ratio < (keyframe ? REOPEN_AT_KEYFRAME : REOPEN_AT_ONCE);
      if (stays) return open;
    }
    this.#free();
    const context = await this.#openContext({ width, height }, bitrateBps);
    this.#open = { context, clock: new EncoderClock(), bitrateBps, width, height };
    return this.#open;
  }

  async #openContext({ width, height }: PictureSize, bitrateBps: number): Promise<CodecContext> {
    const { lib, constants } = this.#libav;
    const codec = lib.Codec.findEncoderByName(
      ENCODERS[this.#output] as Parameters<typeof lib.Codec.findEncoderByName>[0],
    );
    if (codec === null) throw new EngineFailed(`libav has no encoder for ${this.#output}`);
    const context = new lib.CodecContext();
    context.allocContext3(codec);
    try {
      context.width = width;
      context.height = height;
      context.pixelFormat = constants.AV_PIX_FMT_YUV420P;
      context.timeBase = new lib.Rational(ENCODER_TIME_BASE.num, ENCODER_TIME_BASE.den);
      context.framerate = new lib.Rational(30, 1);
      context.gopSize = LONGEST_GOP;
      context.maxBFrames = 0;
      // Layers already run in parallel; with more threads libvpx collapses.
      context.threadCount = 1;
      setRates(context, bitrateBps);
      // Options are set one by one: a dictionary given to open2 corrupts the heap.
      for (const [name, value] of Object.entries(optionsOf(this.#output, { width, height })))
        checked(context.setOption(name, value), name);
      checked(await context.open2(codec, null), 'avcodec_open2');
      return context;
    } catch (error) {
      context.freeContext();
      throw error;
    }
  }

  #free(): void {
    this.#open?.context.freeContext();
    this.#open = null;
  }
}

/** Realtime: no frame is held back or left out, and a keyframe has at most the bits of six frames. */
function optionsOf(output: OutputCodec, size: PictureSize): Readonly<Record<string, string>> {
  switch (output) {
    case 'VP8':
      return {
        deadline: 'realtime',
        'cpu-used': vp8Speed(size),
        'lag-in-frames': '0',
        'max-intra-rate': '600',
        'static-thresh': '1',
        'undershoot-pct': '100',
        'overshoot-pct': '15',
        qmin: '2',
        qmax: '63',
      };
    case 'H264':
      return {
        preset: 'superfast',
        tune: 'zerolatency',
        profile: 'baseline',
        'forced-idr': '1',
        sc_threshold: '0',
        refs: '1',
      };
  }
}

function setRates(context: CodecContext, bitrateBps: number): void {
  context.bitRate = BigInt(Math.round(bitrateBps));
  context.rcMinRate = context.rcMaxRate = context.bitRate;
  // One second's worth of bits.
  context.rcBufferSize = Math.round(bitrateBps);
}

/** libx264 reads these fields before each frame. */
function setBitrate(open: OpenEncoder, bitrateBps: number): void {
  if (open.bitrateBps === bitrateBps) return;
  setRates(open.context, bitrateBps);
  open.bitrateBps = bitrateBps;
}
