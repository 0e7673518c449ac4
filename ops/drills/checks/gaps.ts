/** A stretch of time in ms since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The longest time without a frame among the intervals between frames that overlap `span`, in ms. Frames that a jitter
 * buffer still shows after the fault do not make it shorter, and a second hole within the span counts as well. Null when
 * there is no frame before, or none after: then nothing can be said, or media never came back.
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

/** Intervals between neighbouring frames that lie wholly within `span`: the usual jitter, when nothing is wrong. */
export function intervals(frameTimes: readonly number[], { from, to }: Span): number[] {
  const within = frameTimes.filter((time) => time >= from && time <= to);
  return within.slice(1).map((time, index) => time - (within[index] ?? time));
}
