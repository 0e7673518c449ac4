/** What a node sees of a track's audience: one measurement. */
export interface AudienceSample {
  /** Viewers who receive the track now, in any rendition. */
  readonly watching: number;
  /** Keyframe requests of viewers so far, whether they reached the publisher or ended at a sidecar. */
  readonly requests: number;
}

/** Who watches a track and how much its viewers come and go, over the last while. */
export interface TrackAudience {
  /** Viewers, smoothed: a page that somebody turns is no change. */
  readonly watching: number;
  readonly requestsPerSecond: number;
  /** Viewers request keyframes all the time. */
  readonly isRestless: boolean;
  readonly sample: AudienceSample;
  /** In ms of any clock. */
  readonly at: number;
}

/** How long a change takes to count (the time constant of the smoothing). */
const SMOOTHING_MS = 15_000;
/** An audience is restless from this many requests a second on. */
const RESTLESS_FROM = 1;
/** It is calm again with fewer than this many. */
const RESTLESS_UNTIL = 0.25;

/** Goes on from the last measurement; null for the first. Counters that begin again count as no requests. */
export function measureAudience(before: TrackAudience | null, sample: AudienceSample, at: number): TrackAudience {
  if (!before) return { watching: sample.watching, requestsPerSecond: 0, isRestless: false, sample, at };
  const tookMs = at - before.at;
  if (tookMs <= 0) return before;
  const weight = 1 - Math.exp(-tookMs / SMOOTHING_MS);
  const rate = (1_000 * Math.max(0, sample.requests - before.sample.requests)) / tookMs;
  const requestsPerSecond = before.requestsPerSecond + weight * (rate - before.requestsPerSecond);
  return {
    watching: before.watching + weight * (sample.watching - before.watching),
    requestsPerSecond,
    isRestless: requestsPerSecond >= (before.isRestless ? RESTLESS_UNTIL : RESTLESS_FROM),
    sample,
    at,
  };
}
