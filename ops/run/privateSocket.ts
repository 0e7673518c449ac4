import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder for sockets may be read or changed by others. */
export class UnsafeSocketFolder extends Error {
  constructor(folder: string) {
    super(`${folder} must belong to this user alone: remove it, or choose a shorter EVERROOM_DATA`);
    this.name = 'UnsafeSocketFolder';
  }
}

/**
 * Returns where the socket of this name of a data folder is. A unix socket's path has at most 107 bytes; a deeper
 * folder gets a short path that belongs to the user.
 * @throws UnsafeSocketFolder
 */
export function privateSocket(dataFolder: string, name: 'redis' | 'control' | 'operator'): string {
  const near = join(dataFolder, 'run', `${name}.sock`);
  if (Buffer.byteLength(near) <= 100) return near;
  const hash = createHash('sha256').update(dataFolder).digest('hex').slice(0, 12);
  const user = process.geteuid?.() ?? 0; // `userInfo` fails for an id that has no account.
  const folder = join(process.env.XDG_RUNTIME_DIR || tmpdir(), `everroom-${user}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  if (uid !== user || (mode & 0o077) !== 0) throw new UnsafeSocketFolder(folder);
  return join(folder, name === 'redis' ? `${hash}.sock` : `${hash}-${name}.sock`);
}
