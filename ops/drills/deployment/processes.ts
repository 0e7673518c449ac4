import { readdirSync, readFileSync } from 'node:fs';

/** Children of a process whose command line holds `name`, as /proc tells. */
export function childrenOf(parentPid: number, name: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => statOf(pid)?.parentPid === parentPid && commandLineOf(pid).includes(name));
}

/** CPU time that a process has used so far, in ms; 0 when it is gone. */
export function cpuMsOf(pid: number): number {
  return statOf(pid)?.cpuMs ?? 0;
}

export function isAlive(pid: number): boolean {
  const state = statOf(pid)?.state;
  return state !== undefined && state !== 'Z';
}

/** Linux counts in hundredths of a second whatever the kernel's own tick. */
const MS_PER_TICK = 10;

function statOf(pid: number): { state: string; parentPid: number; cpuMs: number } | undefined {
  const stat = readProc(pid, 'stat');
  // The second field is the command's name in parentheses, and may hold spaces.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (!fields) return undefined;
  const [state = '', parentPid = ''] = fields;
  const [user = '0', system = '0'] = fields.slice(11, 13);
  return { state, parentPid: Number(parentPid), cpuMs: (Number(user) + Number(system)) * MS_PER_TICK };
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
