/** A stretch of time in ms since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The longest interval between two frames that overlaps `span`. Frames that a jitter buffer still shows after the fault
 * do not make it shorter, and a second hole within the span counts as well. Returns null if no frame came before
 * (nothing is known) or none after (media never came back).
 */
export function longestGap(frameTimes: readonly number[], { from, to }: Span): Span | null {
  let longest: Span | null = null;
  let previous: number | null = null;
  for (const time of frameTimes) {
    if (previous !== null && time > from && previous < to && (!longest || time - previous > lengthOf(longest)))
      longest = { from: previous, to: time };
    previous = time;
  }
  return longest;
}

export function lengthOf({ from, to }: Span): number {
  return to - from;
}

/** Intervals between neighbouring frames within `span`. In a calm time they show the usual jitter. */
export function intervals(frameTimes: readonly number[], { from, to }: Span): number[] {
  const within = frameTimes.filter((time) => time >= from && time <= to);
  return within.slice(1).map((time, index) => time - (within[index] ?? time));
}
