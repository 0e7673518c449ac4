/** A stretch of time in ms since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The longest interval between two frames that overlaps `span`, in ms. Frames that a jitter buffer still shows after
 * the fault do not make it shorter, and a second hole within the span counts as well. Returns null if no frame came
 * before (nothing is known) or none after (media never came back).
 */
export function longestGap(frameTimes: readonly number[], { from, to }: Span): number | null {
  let longest: number | null = null;
  let previous: number | null = null;
  let cameAgain = false;
  for (const time of frameTimes) {
    if (previous !== null && time > from && previous < to) {
      longest = Math.max(longest ?? 0, time - previous);
      cameAgain = true;
    }
    previous = time;
  }
  return cameAgain ? longest : null;
}

/** Intervals between neighbouring frames within `span`. In a calm time they show the usual jitter. */
export function intervals(frameTimes: readonly number[], { from, to }: Span): number[] {
  const within = frameTimes.filter((time) => time >= from && time <= to);
  return within.slice(1).map((time, index) => time - (within[index] ?? time));
}
