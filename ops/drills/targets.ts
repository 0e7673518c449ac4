import type { Summary } from '../kit/statistics.ts';

/** A figure of a drill, and what it should not exceed. */
export interface Target {
  /** Such as `video p99`. */
  readonly name: string;
  readonly kind: 'video' | 'audio' | 'reencoding';
  readonly ms: number;
  readonly limitMs: number;
  /** Where the limit comes from. */
  readonly why: string;
}

interface Kinds {
  readonly video: Summary;
  readonly audio: Summary;
}

/** The parts of a result that targets are about. */
export interface Judged {
  readonly fault: string;
  readonly media: Kinds;
  readonly calm?: Kinds | undefined;
  readonly floor?: Kinds | undefined;
  readonly fallbackMs?: Summary | undefined;
  readonly returnMs?: Summary | undefined;
}

interface Limits {
  readonly p50: number;
  readonly p99: number;
}

/** Limits for gaps of pictures, in ms. */
const VIDEO_LIMITS: Readonly<Record<string, Limits>> = {
  worker: { p50: 300, p99: 700 },
  server: { p50: 600, p99: 1_000 },
};
/** The same as multiples of the gaps of a call on bare mediasoup in the same run: machines and hours differ. */
const FLOOR_RATIOS: Readonly<Record<string, Limits>> = {
  worker: { p50: 1.1, p99: 1.2 },
  server: { p50: 1.1, p99: 1.2 },
  node: { p50: 1.1, p99: 1.2 },
  'hot-standby': { p50: 0.7, p99: 0.6 },
};
/** Whoever does these on purpose wants nobody to notice: no gap is longer than this beyond the jitter of calm times. */
const SEAMLESS: ReadonlySet<string> = new Set(['drain', 'rolling', 'upgrade']);
const SEAMLESS_MS = 40;
/** Until all who saw a dead reencoder's pictures see the sources, and until they see reencoded pictures again. */
const FALLBACK_LIMIT_MS = 400;
const RETURN_LIMIT_MS = 3_000;

/**
 * What a drill should reach. A missed target does not fail it: the speed of a machine says little about the program.
 */
export function targetsOf({ fault, media, calm, floor, fallbackMs, returnMs }: Judged): Target[] {
  if (SEAMLESS.has(fault)) {
    return (['video', 'audio'] as const)
      .filter((kind) => media[kind].n > 0 && calm)
      .map((kind) => {
        const limitMs = Math.round(calm?.[kind].p99 ?? 0) + SEAMLESS_MS;
        return { name: `${kind} p99`, kind, ms: media[kind].p99, limitMs, why: `calm p99 + ${SEAMLESS_MS} ms` };
      });
  }
  if (fallbackMs || returnMs) {
    const figures = [
      { name: 'fallback max', ms: fallbackMs?.max, limitMs: FALLBACK_LIMIT_MS },
      { name: 'return max', ms: returnMs?.max, limitMs: RETURN_LIMIT_MS },
    ];
    return figures.flatMap(({ name, ms, limitMs }) =>
      ms === undefined ? [] : [{ name, kind: 'reencoding', ms, limitMs, why: 'a fixed limit' }],
    );
  }
  const ratios = floor && FLOOR_RATIOS[fault];
  const limits = ratios ?? VIDEO_LIMITS[fault];
  if (!limits || media.video.n === 0) return [];
  return (['p50', 'p99'] as const).map((name) => ({
    name: `video ${name}`,
    kind: 'video',
    ms: media.video[name],
    limitMs: ratios ? ratios[name] * floor.video[name] : limits[name],
    why: ratios ? `${ratios[name]} × bare mediasoup` : 'a fixed limit',
  }));
}

export function isMet({ ms, limitMs }: Target): boolean {
  return ms <= limitMs;
}
