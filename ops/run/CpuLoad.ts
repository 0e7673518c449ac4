import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Processor time since some moment, in ms: how much was used, and how much there was. */
export interface CpuTimes {
  readonly usedMs: number;
  readonly availableMs: number;
}

const SAMPLE_MS = 1_000;
/** A short burst does not count for much; a load that stays does after about this time. */
const SETTLES_IN_MS = 5_000;

/**
 * How busy the processors are that this process may use, smoothed: of the machine, or of its container if that is
 * less.
 */
export class CpuLoad {
  readonly #sources: (() => CpuTimes | null)[];
  readonly #last: (CpuTimes | null)[];
  #share = 0;

  constructor(sources: (() => CpuTimes | null)[] = [machineTimes, containerTimes]) {
    this.#sources = sources;
    this.#last = sources.map((read) => read());
  }

  /** From 0 to 1. */
  get share(): number {
    return this.#share;
  }

  /** `elapsedMs`: since the last sample. */
  sample(elapsedMs: number): void {
    const shares = this.#sources.map((read, i) => {
      const [before, now] = [this.#last[i], read()];
      this.#last[i] = now;
      const availableMs = before && now ? now.availableMs - before.availableMs : 0;
      return before && now && availableMs > 0 ? (now.usedMs - before.usedMs) / availableMs : 0;
    });
    const share = Math.min(1, Math.max(0, ...shares));
    this.#share += (share - this.#share) * (1 - Math.exp(-elapsedMs / SETTLES_IN_MS));
  }

  /** Measures from now on; the returned function ends it. */
  start(): () => void {
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      this.sample(now - last);
      last = now;
    }, SAMPLE_MS);
    timer.unref();
    return () => clearInterval(timer);
  }
}

function machineTimes(): CpuTimes {
  let [usedMs, availableMs] = [0, 0];
  for (const { times } of cpus()) {
    const busy = times.user + times.nice + times.sys + times.irq;
    usedMs += busy;
    availableMs += busy + times.idle;
  }
  return { usedMs, availableMs };
}

/** Returns null where no container (cgroup 2) limits the processor time. */
function containerTimes(): CpuTimes | null {
  try {
    const [quota, period] = readFileSync('/sys/fs/cgroup/cpu.max', 'utf8').split(' ').map(Number);
    const used = /^usage_usec (\d+)$/m.exec(readFileSync('/sys/fs/cgroup/cpu.stat', 'utf8'))?.[1];
    if (!quota || !period || used === undefined) return null;
    return { usedMs: Number(used) / 1_000, availableMs: (performance.now() * quota) / period };
  } catch {
    // There is no such file: nothing limits this process.
    return null;
  }
}
