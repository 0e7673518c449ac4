import { readFileSync } from 'node:fs';

/**
 * Returns the fields of a file `/proc/…/stat` from the third one of proc(5) on, the state; null where the system has no
 * /proc, or when the process or thread is gone.
 */
export function procStat(path: string): readonly string[] | null {
  const stat = readProc(path);
  // The second field is the command's name in parentheses, and may hold spaces and parentheses.
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Of a thread: for how long it has run, and for how long it waited for a CPU. */
export interface Scheduling {
  readonly ranMs: number;
  readonly waitedMs: number;
}

/** Returns what a file `/proc/…/schedstat` says; null where the kernel keeps none, or when the thread is gone. */
export function schedulingOf(path: string): Scheduling | null {
  const [ran, waited] = readProc(path)?.split(' ') ?? [];
  return ran && waited ? { ranMs: Number(ran) / 1e6, waitedMs: Number(waited) / 1e6 } : null;
}

/** Returns the resident memory of a process; 0 if it is gone. */
export function residentBytesOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1];
  return Number(kilobytes ?? 0) * 1_024;
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
