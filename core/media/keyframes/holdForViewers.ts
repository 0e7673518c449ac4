/** Viewers of a producer that has not been let go yet. */
export interface WaitingViewers {
  readonly heldForMs: number;
  /** Since when the first viewer could show a frame, and since when the last of those who can; null: none can. */
  readonly ready: { readonly firstForMs: number; readonly lastForMs: number } | null;
  /** Viewers that are still on their way. */
  readonly missing: number;
}

/**
 * Viewers that are ready wait so long for the next one, who gets ready at the same time, and so long for all of them together.
 * Whoever comes later waits for another keyframe, and one with a slow line does not hold up the others (measured with pages).
 */
const NEXT_WITHIN_MS = 250;
const ALL_WITHIN_MS = 400;
/** A producer that nobody is ready for is let go: whoever comes later asks for a keyframe of its own. */
const HOLD_AT_MOST_MS = 2_000;

/**
 * How much longer a new video producer is held back, in ms; 0: let it go. Chrome answers one keyframe request in 300 ms, so
 * the viewer that comes second waits: it is better to let all of them begin together. Letting go makes mediasoup ask for one
 * keyframe when frames already arrive; when they do not yet, the encoder begins with one by itself.
 */
export function holdForMs({ heldForMs, ready, missing }: WaitingViewers): number {
  if (missing === 0) return 0;
  const untilCap = HOLD_AT_MOST_MS - heldForMs;
  if (ready === null) return Math.max(0, untilCap);
  return Math.max(0, Math.min(untilCap, NEXT_WITHIN_MS - ready.lastForMs, ALL_WITHIN_MS - ready.firstForMs));
}
