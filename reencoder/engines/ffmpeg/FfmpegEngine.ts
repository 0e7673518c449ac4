import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { InputCodec, OutputCodec } from '../../../core/reencoding/messages.ts';
import { type Engine, EngineFailed, type Transcoder, type TranscoderOptions } from '../Engine.ts';
import { FfmpegTranscoder } from './FfmpegTranscoder.ts';

const LIST_TIMEOUT_MS = 10_000;
/** Where a command opens the file of the last picture anew. */
const OWN_FILES = '/proc/self/fd';

/** The ffmpeg command, with coded frames going through pipes: one process that decodes, scales and encodes. */
export class FfmpegEngine implements Engine {
  readonly name = 'ffmpeg';
  readonly inputs: readonly InputCodec[];
  readonly outputs: readonly OutputCodec[];
  readonly #path: string;

  private constructor(path: string, inputs: readonly InputCodec[], outputs: readonly OutputCodec[]) {
    this.#path = path;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** @throws EngineFailed */
  static async load(path = 'ffmpeg'): Promise<FfmpegEngine> {
    if (!existsSync(OWN_FILES)) {
      throw new EngineFailed(`ffmpeg: this engine needs ${OWN_FILES}, which this system lacks. Use libav.`);
    }
    const [decoders, encoders] = await Promise.all([namesIn(path, '-decoders'), namesIn(path, '-encoders')]);
    const inputs = (['VP8', 'VP9', 'H264'] as const).filter((codec) => decoders.has(codec.toLowerCase()));
    const outputs = (['VP8', 'H264'] as const).filter((codec) => encoders.has(codec === 'VP8' ? 'libvpx' : 'libx264'));
    return new FfmpegEngine(path, inputs, outputs);
  }

  async open(options: TranscoderOptions): Promise<Transcoder> {
    return new FfmpegTranscoder(this.#path, options);
  }
}

/** Names in one of ffmpeg's lists: flags, name, description. */
async function namesIn(path: string, list: '-decoders' | '-encoders'): Promise<Set<string>> {
  try {
    const { stdout } = await promisify(execFile)(path, ['-hide_banner', list], { timeout: LIST_TIMEOUT_MS });
    return new Set([...stdout.matchAll(/^ V\S+ (\S+)/gm)].map((match) => match[1] ?? ''));
  } catch (error) {
    throw new EngineFailed(`ffmpeg: the command ${path} does not run. Install ffmpeg (apt-get install ffmpeg).`, {
      cause: error,
    });
  }
}
