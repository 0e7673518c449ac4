import { procStat } from '../../core/procfs.ts';

/** The kernel's unit of CPU time (USER_HZ). It is the same on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Measures the CPU of this process and its helpers between two calls, in cores. */
export class CpuMeter {
  #atMs = performance.now();
  #ownMicros = process.cpuUsage();
  #helperTicks = new Map<number, number>();

  cores(helperPids: readonly number[]): number {
    const nowMs = performance.now();
    const own = process.cpuUsage();
    let seconds = (own.user + own.system - this.#ownMicros.user - this.#ownMicros.system) / 1e6;
    const ticks = new Map<number, number>();
    for (const pid of helperPids) {
      const now = ticksOf(pid);
      if (now === null) continue; // The process has ended in between.
      ticks.set(pid, now);
      seconds += (now - (this.#helperTicks.get(pid) ?? 0)) / TICKS_PER_SECOND;
    }
    const cores = seconds / Math.max((nowMs - this.#atMs) / 1_000, 0.001);
    this.#atMs = nowMs;
    this.#ownMicros = own;
    this.#helperTicks = ticks;
    return Math.max(0, cores);
  }
}

/** Returns user plus system time of a process, or null if it does not exist or the system does not tell. */
function ticksOf(pid: number): number | null {
  const fields = procStat(`/proc/${pid}/stat`);
  // utime and stime are the 14th and 15th field of proc(5).
  return fields && Number(fields[11]) + Number(fields[12]);
}
