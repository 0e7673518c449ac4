import { readFileSync } from 'node:fs';

/** What the main thread of a process does. */
export interface MainThread {
  /** It runs, or waits for nothing but a CPU. */
  readonly running: boolean;
  /** CPU time that it has used, in clock ticks of 10 ms. */
  readonly cpuTicks: number;
}

/** Returns null where the system does not say (it has no /proc), or when the process is gone. */
export function mainThreadOf(pid: number): MainThread | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // proc(5): the name, in parentheses, may have spaces; then state, and as the 12th and 13th field utime and stime.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { running: fields[0] === 'R', cpuTicks: Number(fields[11]) + Number(fields[12]) };
}
