import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { type EngineName, OutputCodec } from '../../core/reencoding/messages.ts';
import { type Engine, EngineFailed } from './Engine.ts';
import { FfmpegEngine } from './ffmpeg/FfmpegEngine.ts';
import { LibavEngine } from './libav/LibavEngine.ts';
import { workingOutputs } from './tryEngine.ts';

export type EngineChoice = 'auto' | EngineName;

export interface EngineOptions {
  /** The ffmpeg command. A bare name is looked up in PATH. */
  readonly ffmpegPath?: string;
}

/**
 * For an operator: `reason` names what is missing and the remedy, `passedOver` says why a better engine was not taken.
 */
export type FoundEngine =
  | { readonly engine: Engine; readonly passedOver: string | null }
  | { readonly engine: null; readonly reason: string };

const PROBE = fileURLToPath(new URL('./libav/probe.ts', import.meta.url));
const PROBE_TIMEOUT_MS = 30_000;

/**
 * Finds an engine that works here by sending a real picture through each candidate. `auto` means libav, else ffmpeg.
 */
export async function findEngine(choice: EngineChoice, options: EngineOptions = {}): Promise<FoundEngine> {
  const reasons: string[] = [];
  for (const name of choice === 'auto' ? (['libav', 'ffmpeg'] as const) : [choice]) {
    try {
      const engine = await (name === 'libav' ? tryLibav() : tryFfmpeg(options));
      return { engine, passedOver: reasons.at(-1) ?? null };
    } catch (error) {
      if (!(error instanceof EngineFailed)) throw error;
      reasons.push(error.message);
    }
  }
  return { engine: null, reason: reasons.join(' ') };
}

/**
 * Loads an engine that another process found to work, without a trial.
 * @throws EngineFailed when it does not load
 */
export async function loadEngine(name: EngineName, options: EngineOptions = {}): Promise<Engine> {
  return name === 'libav' ? await LibavEngine.load() : await FfmpegEngine.load(options.ffmpegPath);
}

async function tryLibav(): Promise<Engine> {
  const advice = 'Install the optional package node-av (npm install node-av).';
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [PROBE], { timeout: PROBE_TIMEOUT_MS });
    return only(await LibavEngine.load(), z.array(OutputCodec).parse(JSON.parse(stdout)), 'libav', advice);
  } catch (error) {
    if (error instanceof EngineFailed) throw error;
    throw new EngineFailed(`libav: node-av does not work here. ${advice}`, { cause: error });
  }
}

async function tryFfmpeg({ ffmpegPath }: EngineOptions): Promise<Engine> {
  const engine = await FfmpegEngine.load(ffmpegPath);
  const advice = 'Install an ffmpeg that was built with libvpx (apt-get install ffmpeg).';
  return only(engine, await workingOutputs(engine), 'ffmpeg', advice);
}

function only(engine: Engine, outputs: readonly OutputCodec[], name: string, advice: string): Engine {
  if (outputs.length === 0) throw new EngineFailed(`${name}: it is there, but reencodes no picture. ${advice}`);
  const { name: engineName, promises, inputs } = engine;
  return { name: engineName, promises, inputs, outputs, open: (options) => engine.open(options) };
}
