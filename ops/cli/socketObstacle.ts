import { accessSync, constants, statSync } from 'node:fs';
import { userInfo } from 'node:os';

/**
 * Returns why this unix socket cannot be opened, and what to do, in sentences; null if it can, or only trying tells.
 * `ifMissing`: what to do if it is not there.
 */
export function socketObstacle(path: string, ifMissing: string): string | null {
  try {
    const { uid } = statSync(path);
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
      return null;
    } catch {
      return foreign(path, uid);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EACCES') return foreign(path, null);
    return `There is no ${path}. ${ifMissing}`;
  }
}

function foreign(path: string, uid: number | null): string {
  const owner = uid === null ? 'another user' : `user ${uid}`;
  return `${path} belongs to ${owner}, and you are ${whoAmI()}: run this as that user, or as root.`;
}

function whoAmI(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.geteuid?.()}`; // An id without an account.
  }
}
