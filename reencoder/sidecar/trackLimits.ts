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

/** Returns options for `fork` that start Node with its arguments under the limits. */
export function limitedBy(execArgv: readonly string[]): { execPath?: string; execArgv: string[] } {
  return PRLIMIT
    ? { execPath: PRLIMIT, execArgv: [...LIMITS, process.execPath, ...execArgv] }
    : { execArgv: [...execArgv] };
}
