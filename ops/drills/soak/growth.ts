/** The resident memory of one process at one moment. */
export interface Sample {
  /** ms since the epoch. */
  readonly at: number;
  readonly bytes: number;
}

/** `unclear`: it was watched too shortly, or its memory varies too much, to tell. */
export type GrowthVerdict = 'flat' | 'grows' | 'unclear';

export interface Growth {
  readonly minutes: number;
  /** In the first and the last minute after the warm-up. */
  readonly fromBytes: number;
  readonly toBytes: number;
  readonly bytesPerHour: number;
  /** With 95 % confidence the growth lies between these. */
  readonly low: number;
  readonly high: number;
  readonly limit: number;
  readonly verdict: GrowthVerdict;
}

/** Caches fill and code is compiled in the first minutes of a process. */
export const WARM_UP_MS = 3 * 60_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LEAST_MINUTES = 5;
/** A process that grows by less in an hour is flat: it would need most of a day to double. */
const LIMIT_OF_SIZE = 0.05;
const LEAST_LIMIT = 4 * 1024 * 1024;
/** Of the normal distribution: 95 % lie within so many standard deviations. */
const Z = 1.96;

/**
 * How the memory of a process grew after its warm-up. Memory that a garbage collector has not taken back yet is no
 * growth, so the lowest sample of each minute counts. The growth is the median of the slopes between any two minutes
 * (Theil and Sen), which single peaks do not move, with the interval of confidence by ranks (Sen 1968). It is flat if
 * the whole interval lies below the limit, and grows if the whole of it lies above.
 */
export function growthOf(samples: readonly Sample[], warmUpMs = WARM_UP_MS): Growth | null {
  const [first] = samples;
  if (!first) return null;
  const minutes = lowestOfEachMinute(samples.filter(({ at }) => at >= first.at + warmUpMs));
  const [start, ...others] = minutes;
  if (!start || others.length < 2) return null;
  const slopes = minutes
    .flatMap((one, index) => minutes.slice(index + 1).map((other) => (other.bytes - one.bytes) / (other.at - one.at)))
    .map((perMs) => perMs * HOUR_MS)
    .sort((a, b) => a - b);
  const n = minutes.length;
  // The variance of Kendall's statistic, without ties.
  const spread = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const rank = (sign: 1 | -1): number => {
    const index = Math.round((slopes.length + sign * spread) / 2) - (sign === 1 ? 0 : 1);
    return slopes[Math.min(slopes.length - 1, Math.max(0, index))] ?? Number.NaN;
  };
  const bytesPerHour = slopes[Math.floor(slopes.length / 2)] ?? Number.NaN;
  const limit = Math.max(LEAST_LIMIT, LIMIT_OF_SIZE * start.bytes);
  const [low, high] = [rank(-1), rank(1)];
  return {
    minutes: n,
    fromBytes: start.bytes,
    toBytes: minutes.at(-1)?.bytes ?? start.bytes,
    ...{ bytesPerHour, low, high, limit },
    verdict: n < LEAST_MINUTES ? 'unclear' : high <= limit ? 'flat' : low > limit ? 'grows' : 'unclear',
  };
}

function lowestOfEachMinute(samples: readonly Sample[]): Sample[] {
  const minutes = [...Map.groupBy(samples, ({ at }) => Math.floor(at / MINUTE_MS)).values()];
  // The first and the last minute may have been watched for a moment only.
  const most = Math.max(...minutes.map((all) => all.length));
  const whole = minutes.filter((all) => all.length >= most / 2);
  return whole.map((all) => all.reduce((low, each) => (each.bytes < low.bytes ? each : low)));
}
