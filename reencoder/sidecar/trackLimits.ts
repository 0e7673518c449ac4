import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A picture of the largest size that engines take (4096 × 4096) has 25 MB, and a decoder keeps some of them. */
const MEMORY_BYTES = 4 * 1024 ** 3;
const OPEN_FILES = 256;

/**
 * A track process decodes what strangers send, by code that was not written for that alone: it may take no more memory
 * than this, write no file, and leave no image of itself. Its ffmpeg commands inherit the limits.
 */
const LIMITS = ['--core=0', '--fsize=0', `--nofile=${OPEN_FILES}`, `--data=${MEMORY_BYTES}`];

/** `prlimit` of util-linux, undefined where there is none: not on Linux, or a very small image. */
const PRLIMIT = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'prlimit'))
  .find((path) => existsSync(path));

/** Returns options for `fork` that start Node with its arguments under the limits and behind the fence, if any. */
export function confinedBy(
  fence: readonly string[],
  execArgv: readonly string[],
): { readonly execPath: string; readonly execArgv: string[] } {
  const limits = PRLIMIT ? [PRLIMIT, ...LIMITS] : [];
  const [execPath = process.execPath, ...rest] = [...fence, ...limits, process.execPath, ...execArgv];
  return { execPath, execArgv: rest };
}
