import { readdirSync, readFileSync } from 'node:fs';

/** Children of a process whose command line contains `name`, from /proc. */
export function childrenOf(parentPid: number, name: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => statOf(pid)?.parentPid === parentPid && commandLineOf(pid).includes(name));
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

/** Resident memory of a process; 0 if it is gone. */
export function residentBytesOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, 'status') ?? '') ?? [];
  return Number(kilobytes ?? 0) * 1_024;
}

export function isAlive(pid: number): boolean {
  const state = statOf(pid)?.state;
  return state !== undefined && state !== 'Z';
}

function statOf(pid: number): { state: string; parentPid: number } | undefined {
  const stat = readProc(pid, 'stat');
  // The second field is the command's name in parentheses, and may hold spaces.
  const [state, parentPid] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
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
