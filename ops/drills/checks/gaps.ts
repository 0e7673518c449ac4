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

/**
 * Intervals between neighbouring frames within `span`. In a calm time they show the usual jitter. `except`: those that
 * overlap such a span do not count.
 */
export function intervals(frameTimes: readonly number[], { from, to }: Span, except: readonly Span[] = []): number[] {
  const within = frameTimes.filter((time) => time >= from && time <= to);
  return within.slice(1).flatMap((time, index) => {
    const before = within[index] ?? time;
    return except.some((span) => before < span.to && time > span.from) ? [] : time - before;
  });
}
