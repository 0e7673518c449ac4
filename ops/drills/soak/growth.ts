/** The resident memory of one process at one moment. */
export interface Sample {
  /** ms since the epoch. */
  readonly at: number;
  readonly bytes: number;
}

/** `unclear`: its memory varies too much to tell. */
export type GrowthVerdict = 'flat' | 'grows' | 'unclear';

export interface Growth {
  readonly minutes: number;
  /** In the first and the last minute after the warm-up. */
  readonly fromBytes: number;
  readonly toBytes: number;
  readonly bytesPerHour: number;
  /** With 95 % confidence the growth in an hour lies between these. */
  readonly low: number;
  readonly high: number;
  /** It grows only if it grew by more bytes than this while it was watched. */
  readonly limitBytes: number;
  readonly verdict: GrowthVerdict;
}

/** Caches fill and code is compiled in the first minutes of a process. */
export const WARM_UP_MS = 3 * 60_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LEAST_MINUTES = 10;
/** A process that grows by less of its size in an hour is flat: it would need most of a day to double. */
const LIMIT_OF_SIZE = 0.05;
/** Heaps move by so much within minutes, and back. */
const LEAST_LIMIT = 4 * 1024 * 1024;
/** What varies so much that a larger part of its size could hide in it is not called flat. */
const MAY_HIDE = 0.25;
/** Of the normal distribution: 95 % lie within so many standard deviations. */
const Z = 1.96;

/**
 * How the memory of a process grew after its warm-up. Memory that a garbage collector has not taken back yet is no
 * growth, so the lowest sample of each minute counts. The growth is the median of the slopes between any two minutes
 * (Theil and Sen), which single peaks do not move, with the interval of confidence by ranks (Sen 1968). It grows if the
 * whole interval lies above zero and it grew by more than the limit; else it is flat, unless much could hide in how it
 * varies. Memory that certainly grew slower in the later half than before grew by a step, such as the first meeting of
 * a spare worker: the later half says what comes of it. Null for a process that was watched too shortly to tell.
 */
export function growthOf(samples: readonly Sample[], warmUpMs = WARM_UP_MS): Growth | null {
  const [first] = samples;
  if (!first) return null;
  const minutes = lowestOfEachMinute(samples.filter(({ at }) => at >= first.at + warmUpMs));
  if (minutes.length < LEAST_MINUTES) return null;
  const growth = judge(minutes);
  const later = judge(minutes.slice(Math.floor(minutes.length / 2)));
  return later.high < growth.bytesPerHour ? later : growth;
}

/** `minutes`: at least two. */
function judge(minutes: readonly Sample[]): Growth {
  const fromBytes = minutes[0]?.bytes ?? Number.NaN;
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
  const hours = (n * MINUTE_MS) / HOUR_MS;
  const limitBytes = Math.max(LEAST_LIMIT, LIMIT_OF_SIZE * fromBytes * hours);
  const [low, high] = [rank(-1), rank(1)];
  const grows = low > 0 && bytesPerHour * hours > limitBytes;
  const mayHide = Math.max(limitBytes, MAY_HIDE * fromBytes);
  return {
    minutes: n,
    fromBytes,
    toBytes: minutes.at(-1)?.bytes ?? fromBytes,
    ...{ bytesPerHour, low, high, limitBytes },
    verdict: grows ? 'grows' : high * hours <= mayHide ? 'flat' : 'unclear',
  };
}

function lowestOfEachMinute(samples: readonly Sample[]): Sample[] {
  const minutes = [...Map.groupBy(samples, ({ at }) => Math.floor(at / MINUTE_MS)).values()];
  // The first and the last minute may have been watched for a moment only.
  const most = Math.max(...minutes.map((all) => all.length));
  const whole = minutes.filter((all) => all.length >= most / 2);
  return whole.map((all) => all.reduce((low, each) => (each.bytes < low.bytes ? each : low)));
}
