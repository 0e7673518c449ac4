import type { InputCodec, OutputCodec } from '../../../core/reencoding/messages.ts';
import type { Engine, EnginePromises, Transcoder, TranscoderOptions } from '../Engine.ts';
import { PictureTranscoder } from '../PictureTranscoder.ts';
import { DECODERS, LibavDecoder } from './LibavDecoder.ts';
import { ENCODERS, LibavEncoder } from './LibavEncoder.ts';
import { LayerScalers } from './LibavPicture.ts';
import { type Libav, loadLibrary } from './library.ts';

/** Runs libav in this process through node-av. It is the fastest engine, but a crash in it ends the process. */
export class LibavEngine implements Engine {
  readonly name = 'libav';
  readonly promises: EnginePromises = {
    keyframe: 'next-frame',
    keyframeWhilePaused: true,
    bitrateWhileRunning: true,
    seamlessResize: true,
    shedsPictures: true,
  };
  readonly inputs: readonly InputCodec[];
  readonly outputs: readonly OutputCodec[];
  readonly #libav: Libav;

  private constructor(libav: Libav) {
    this.#libav = libav;
    const { Codec } = libav.lib;
    this.inputs = namesOf(DECODERS).filter(
      (codec) => Codec.findDecoderByName(DECODERS[codec] as Parameters<typeof Codec.findDecoderByName>[0]) !== null,
    );
    this.outputs = namesOf(ENCODERS).filter(
      (codec) => Codec.findEncoderByName(ENCODERS[codec] as Parameters<typeof Codec.findEncoderByName>[0]) !== null,
    );
  }

  /** @throws EngineFailed when node-av does not load */
  static async load(): Promise<LibavEngine> {
    return new LibavEngine(await loadLibrary());
  }

  async open({ input, output, layers, listener }: TranscoderOptions): Promise<Transcoder> {
    const scalers = new LayerScalers(
      this.#libav,
      layers.map((layer) => layer.scaleDownBy),
    );
    const decoder = await LibavDecoder.open(this.#libav, input, scalers);
    const encoders = layers.map((_, index) => new LibavEncoder(this.#libav, output, index));
    return new PictureTranscoder(decoder, encoders, listener);
  }
}

function namesOf<Name extends string>(table: Record<Name, string>): Name[] {
  return Object.keys(table) as Name[];
}
