import { availableParallelism, cpus } from 'node:os';

/** Assumed cost of one track before any is measured: 720p in, three layers out. */
const FIRST_GUESS_CORES = 0.35;
/** A younger track has not shown its cost yet. */
const SETTLED_AFTER_MS = 2_000;
/** Reserved for everything else on the machine. */
const RESERVE_CORES = 0.15;
/** Share of the machine's CPU that tracks may take while others compete for it. */
const OWN_SHARE = 0.75;
const IDLE_WEIGHT = 0.3;
const COST_WEIGHT = 0.5;
const CHEAPEST_TRACK_CORES = 0.02;

export interface TrackLoad {
  readonly ageMs: number;
  /** Null before it is measured. */
  readonly cpuCores: number | null;
  /** True if the track leaves out frames for lack of CPU. */
  readonly sheds: boolean;
}

/**
 * Estimates how many tracks a sidecar has CPU for, from the idle CPU of its machine and the measured cost of its
 * tracks.
 */
export class Capacity {
  readonly #fixed: number | null;
  readonly #cores: number;
  #idleCores: number | null = null;
  #costCores = FIRST_GUESS_CORES;

  /** `fixed` is the operator's own limit, which overrides the estimate. */
  constructor(fixed: number | null, cores: number) {
    this.#fixed = fixed;
    this.#cores = cores;
  }

  /**
   * Call it once a second. It always allows one track per core: tracks yield to everything else, and shed frames that
   * they have no CPU for.
   */
  tracks(idleCores: number, loads: readonly TrackLoad[]): number {
    if (this.#fixed !== null) return this.#fixed;
    this.#idleCores = ewma(this.#idleCores ?? idleCores, idleCores, IDLE_WEIGHT);
    const settled = loads.filter(({ ageMs }) => ageMs >= SETTLED_AFTER_MS);
    const measured = settled.flatMap(({ cpuCores }) => (cpuCores === null ? [] : [cpuCores]));
    if (measured.length > 0) {
      const mean = measured.reduce((sum, cores) => sum + cores, 0) / measured.length;
      this.#costCores = Math.max(CHEAPEST_TRACK_CORES, ewma(this.#costCores, mean, COST_WEIGHT));
    }
    const unsettled = loads.length - settled.length;
    const free = this.#idleCores - RESERVE_CORES - unsettled * this.#costCores;
    const more = Math.max(0, Math.floor(free / this.#costCores), this.#fitsOneMore(loads, unsettled) ? 1 : 0);
    return Math.max(1, this.#cores, loads.length + more);
  }

  /** Tracks may also compete for CPU that others use: while no track sheds, one more at a time is tried. */
  #fitsOneMore(loads: readonly TrackLoad[], unsettled: number): boolean {
    if (unsettled > 0 || loads.some(({ sheds }) => sheds)) return false;
    const own = loads.reduce((sum, { cpuCores }) => sum + (cpuCores ?? this.#costCores), 0);
    return own + this.#costCores <= OWN_SHARE * this.#cores;
  }
}

function ewma(before: number, now: number, weight: number): number {
  return before + weight * (now - before);
}

/** Measures the idle cores of this machine between two calls. */
export class IdleCores {
  #before = cpuTimes();

  measure(): number {
    const now = cpuTimes();
    const total = now.total - this.#before.total;
    const idle = now.idle - this.#before.idle;
    this.#before = now;
    return total > 0 ? (idle / total) * availableParallelism() : 0;
  }
}

function cpuTimes(): { idle: number; total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, total };
}
