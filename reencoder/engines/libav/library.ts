import type * as constants from 'node-av/constants';
import type * as lib from 'node-av/lib';
import { EngineFailed } from '../Engine.ts';

/** The parts of node-av in use: its binding of libav, and libav's constants. */
export interface Libav {
  readonly lib: typeof lib;
  readonly constants: typeof constants;
}

/**
 * Loads an optional dependency, which not every system has.
 * @throws EngineFailed when it does not load
 */
export async function loadLibrary(): Promise<Libav> {
  try {
    const libav = { lib: await import('node-av/lib'), constants: await import('node-av/constants') };
    // Damaged frames are normal here, and libav would report each of them on stderr.
    libav.lib.Log.setLevel(libav.constants.AV_LOG_QUIET);
    return libav;
  } catch (error) {
    throw new EngineFailed('node-av does not load', { cause: error });
  }
}

/** @throws EngineFailed when libav returns a negative value */
export function checked(returned: number, what: string): number {
  if (returned < 0) throw new EngineFailed(`libav: ${what} returned ${returned}`);
  return returned;
}
