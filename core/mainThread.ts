import { procStat, schedulingOf } from './procfs.ts';

/** What the main thread of a process does. */
export interface MainThread {
  /** It runs, or waits for nothing but a CPU. */
  readonly running: boolean;
  /** For how long it has run, or waited for nothing but a CPU, since its start. */
  readonly wantedMs: number;
}

const TICK_MS = 10;

/** Returns null where the system does not say (it has no /proc), or when the process is gone. */
export function mainThreadOf(pid: number): MainThread | null {
  const thread = `/proc/${pid}/task/${pid}`;
  const fields = procStat(`${thread}/stat`);
  if (!fields) return null;
  const scheduling = schedulingOf(`${thread}/schedstat`);
  // utime and stime are the 14th and 15th field of proc(5).
  const wantedMs = scheduling
    ? scheduling.ranMs + scheduling.waitedMs
    : (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  return { running: fields[0] === 'R', wantedMs };
}

/** A thread that wanted a CPU for less than this between two looks is not busy. */
const BUSY_MS = 100;

/** Returns whether the thread computes, or waits for a CPU: its silence means work then, and no hang. */
export function isBusy(before: MainThread | null, now: MainThread | null): boolean {
  if (now === null) return false;
  return now.running || (before !== null && now.wantedMs - before.wantedMs >= BUSY_MS);
}

/** A thread that waits for others in less than a fifth of its time has much lying about that it has not looked at. */
const SATURATED = 0.8;

/** Returns whether the thread hardly waited for anything but a CPU in the `elapsedMs` between two looks. */
export function isSaturated(before: MainThread | null, now: MainThread | null, elapsedMs: number): boolean {
  return before !== null && now !== null && now.wantedMs - before.wantedMs >= SATURATED * elapsedMs;
}
