import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import ffmpeg from 'fluent-ffmpeg';
import type { InputCodec, OutputCodec } from '../../../core/reencoding/messages.ts';
import { type Engine, EngineFailed, type EnginePromises, type Transcoder, type TranscoderOptions } from '../Engine.ts';
import { FfmpegTranscoder } from './FfmpegTranscoder.ts';

/** The plain fallback: one ffmpeg command per layer, coded frames in pipes. A running command cannot be controlled. */
export class FfmpegEngine implements Engine {
  readonly name = 'ffmpeg';
  readonly promises: EnginePromises = {
    keyframe: 'within-a-second',
    keyframeWhilePaused: false,
    bitrateWhileRunning: false,
    seamlessResize: false,
    shedsPictures: false,
  };
  readonly inputs: readonly InputCodec[];
  readonly outputs: readonly OutputCodec[];

  private constructor(codecs: ffmpeg.Codecs, encoders: ffmpeg.Encoders) {
    this.inputs = (['VP8', 'VP9', 'H264'] as const).filter((codec) => codecs[codec.toLowerCase()]?.canDecode);
    this.outputs = (['VP8', 'H264'] as const).filter((codec) => (codec === 'VP8' ? 'libvpx' : 'libx264') in encoders);
  }

  /** fluent-ffmpeg holds one path and one list of abilities. @throws EngineFailed when the command does not run */
  static async load(path = 'ffmpeg'): Promise<FfmpegEngine> {
    try {
      await promisify(execFile)(path, ['-version'], { timeout: 10_000 });
      ffmpeg.setFfmpegPath(path);
      const [codecs, encoders] = await Promise.all([
        promisify(ffmpeg.availableCodecs)(),
        promisify(ffmpeg.availableEncoders)(),
        promisify(ffmpeg.availableFormats)(), // Otherwise the first command would ask for them.
      ]);
      return new FfmpegEngine(codecs, encoders);
    } catch (error) {
      const advice = 'Install ffmpeg (apt-get install ffmpeg).';
      throw new EngineFailed(`ffmpeg: the command ${path} does not run. ${advice}`, { cause: error });
    }
  }

  async open(options: TranscoderOptions): Promise<Transcoder> {
    return new FfmpegTranscoder(options);
  }
}
