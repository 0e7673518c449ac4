import type * as constants from 'node-av/constants';
import type * as lib from 'node-av/lib';
import { EngineFailed } from '../Engine.ts';

/** The parts of node-av that are used: its binding of libav, and libav's numbers. */
export interface Libav {
  readonly lib: typeof lib;
  readonly constants: typeof constants;
}

/** An optional dependency: it is not there on every system. @throws EngineFailed */
export async function loadLibrary(): Promise<Libav> {
  try {
    const libav = { lib: await import('node-av/lib'), constants: await import('node-av/constants') };
    // Damaged frames are daily business here, and libav would tell stderr of each.
    libav.lib.Log.setLevel(libav.constants.AV_LOG_QUIET);
    return libav;
  } catch (error) {
    throw new EngineFailed('node-av does not load', { cause: error });
  }
}

/** @throws EngineFailed for libav's negative return values */
export function checked(returned: number, what: string): number {
  if (returned < 0) throw new EngineFailed(`libav: ${what} returned ${returned}`);
  return returned;
}
