import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { procStat } from '../../../core/procfs.ts';
import { isAlive } from '../isAlive.ts';

/** The folder belongs to another living process. */
export class FolderInUse extends Error {
  constructor(folder: string, pid: number) {
    super(
      `${folder} is in use by another Everroom (process ${pid}). ` +
        'Stop that one first, or give this one a folder of its own with EVERROOM_DATA.',
    );
    this.name = 'FolderInUse';
  }
}

/**
 * Takes a folder for this process alone until the returned function is called or the process ends in any way: the lock
 * of a dead holder counts for nothing. Works between processes of one machine that see each other.
 * @throws FolderInUse when another living process holds the folder
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'lock');
  const own = `${process.pid} ${startOf(process.pid) ?? 'unknown'}\n`;
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, own);
  try {
    while (!linked(temporary, path)) {
      const holder = read(path);
      if (holder === undefined) continue;
      const [pid, start] = holder.trim().split(' ');
      if (isHolder(Number(pid), start)) throw new FolderInUse(folder, Number(pid));
      discard(path, holder);
    }
  } finally {
    rmSync(temporary, { force: true });
  }
  return () => {
    if (read(path) === own) rmSync(path, { force: true });
  };
}

/** Removes a dead holder's lock, unless another process has done so and holds the folder by now. */
function discard(path: string, holder: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  if (read(aside) !== holder) linked(aside, path);
  rmSync(aside, { force: true });
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isHolder(pid: number, start: string | undefined): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (!isAlive(pid)) return false;
  const now = startOf(pid);
  return now === undefined || start === 'unknown' || now === start;
}

/** Returns when a process started, in the kernel's ticks: a new process may reuse the id of an old one. */
function startOf(pid: number): string | undefined {
  // The start is the 22nd field of proc(5).
  return procStat(`/proc/${pid}/stat`)?.[19];
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
