import type { CodecContext, Frame, Packet } from 'node-av/lib';
import type { InputCodec } from '../../../core/reencoding/messages.ts';
import type { CodedFrame } from '../../frames.ts';
import { EngineFailed } from '../Engine.ts';
import { type PictureDecoder, Undecodable } from '../PictureTranscoder.ts';
import { MAX_PIXELS } from '../pictureSize.ts';
import { type LayerScalers, LibavPicture } from './LibavPicture.ts';
import { checked, type Libav } from './library.ts';

/** libav's names. */
export const DECODERS = { VP8: 'vp8', VP9: 'vp9', H264: 'h264' } as const satisfies Record<InputCodec, string>;

/** Decodes one track. `scalers` scale its pictures and close with it. */
export class LibavDecoder implements PictureDecoder<LibavPicture> {
  readonly pids = [];
  readonly #libav: Libav;
  readonly #context: CodecContext;
  readonly #packet: Packet;
  readonly #scalers: LayerScalers;
  #working: Promise<unknown> = Promise.resolve();
  #closed = false;
  #time = 0n;

  private constructor(libav: Libav, context: CodecContext, scalers: LayerScalers) {
    this.#libav = libav;
    this.#context = context;
    this.#scalers = scalers;
    this.#packet = new libav.lib.Packet();
    this.#packet.alloc();
  }

  /** @throws EngineFailed when libav has no such decoder or cannot open it */
  static async open(libav: Libav, input: InputCodec, scalers: LayerScalers): Promise<LibavDecoder> {
    const { lib, constants } = libav;
    const codec = lib.Codec.findDecoderByName(DECODERS[input] as Parameters<typeof lib.Codec.findDecoderByName>[0]);
    if (codec === null) throw new EngineFailed(`libav has no decoder for ${input}`);
    const context = new lib.CodecContext();
    context.allocContext3(codec);
    try {
      // More threads would hold pictures back.
      context.threadCount = 1;
      context.setFlags(constants.AV_CODEC_FLAG_LOW_DELAY);
      checked(context.setOption('max_pixels', String(MAX_PIXELS)), 'max_pixels');
      checked(await context.open2(codec, null), 'avcodec_open2');
    } catch (error) {
      context.freeContext();
      throw error;
    }
    return new LibavDecoder(libav, context, scalers);
  }

  async decode(frame: CodedFrame): Promise<LibavPicture | null> {
    const work = this.#decode(frame);
    this.#working = work.catch(() => undefined); // The caller gets the error; close() only waits.
    return await work;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
    this.#packet.free();
    this.#context.freeContext();
    this.#scalers.close();
  }

  async #decode({ data, keyframe }: CodedFrame): Promise<LibavPicture | null> {
    if (this.#closed) throw new EngineFailed('The decoder is closed');
    if (data.length === 0) throw new Undecodable('An empty frame');
    const { constants } = this.#libav;
    this.#packet.data = data;
    this.#packet.isKeyframe = keyframe;
    this.#packet.pts = this.#packet.dts = this.#time++;
    const sent = await this.#context.sendPacket(this.#packet);
    this.#packet.unref();
    // Take every picture and keep the newest: a decoder that starts to reorder would otherwise stay one picture late.
    let shown: Frame | null = null;
    for (;;) {
      const decoded = this.#receive();
      if (decoded === null) break;
      shown?.free();
      shown = decoded;
    }
    const damaged = sent < 0 || (shown !== null && isDamaged(shown, constants));
    if (damaged) {
      shown?.free();
      this.#context.flushBuffers();
      throw new Undecodable(sent < 0 ? `libav: avcodec_send_packet returned ${sent}` : 'The picture is damaged');
    }
    return shown === null ? null : new LibavPicture(shown, this.#scalers);
  }

  #receive(): Frame | null {
    const frame = new this.#libav.lib.Frame();
    frame.alloc();
    // Sending the packet did the work, so this call is quick.
    const received = this.#context.receiveFrameSync(frame);
    if (received >= 0) return frame;
    frame.free();
    return null;
  }
}

function isDamaged(frame: Frame, constants: Libav['constants']): boolean {
  return frame.decodeErrorFlags !== 0 || frame.hasFlags(constants.AV_FRAME_FLAG_CORRUPT);
}
