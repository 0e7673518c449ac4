import { readdirSync, readFileSync } from 'node:fs';
import { procStat } from '../../../core/procfs.ts';

/** Children of a process whose command line contains `name`, or matches it, from /proc. */
export function childrenOf(parentPid: number, name: string | RegExp): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => statOf(pid)?.parentPid === parentPid && commandLineOf(pid).search(name) >= 0);
}

/** Children of a process, theirs, and so on. */
export function descendantsOf(pid: number): number[] {
  return childrenOf(pid, '').flatMap((child) => [child, ...descendantsOf(child)]);
}

/** CPU time of all threads of a process so far, from the scheduler; 0 if the process is gone. */
export function cpuMicrosecondsOf(pid: number): number {
  // /proc/PID/stat counts in hundredths of a second only.
  return threadsOf(pid)
    .map((thread) => Number(readProc(pid, `task/${thread}/schedstat`)?.split(' ')[0] ?? 0) / 1_000)
    .reduce((sum, microseconds) => sum + microseconds, 0);
}

export function isAlive(pid: number): boolean {
  const state = statOf(pid)?.state;
  return state !== undefined && state !== 'Z';
}

function statOf(pid: number): { state: string; parentPid: number } | undefined {
  const [state, parentPid] = procStat(`/proc/${pid}/stat`) ?? [];
  return state === undefined ? undefined : { state, parentPid: Number(parentPid) };
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // The process is gone.
  }
}

function commandLineOf(pid: number): string {
  return readProc(pid, 'cmdline') ?? '';
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined; // The process is gone.
  }
}
