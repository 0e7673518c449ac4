/** The viewers of a producer that is held back. */
export interface WaitingViewers {
  readonly heldBackForMs: number;
  /** For how long the first ready viewer has been able to show a frame, and the last one; null if none can. */
  readonly ready: { readonly firstForMs: number; readonly lastForMs: number } | null;
  /** Number of viewers that are not ready yet. */
  readonly missing: number;
}

/**
 * How long ready viewers wait for the next one, and for all of them together. A viewer that comes later gets another
 * keyframe, and one with a slow network does not delay the others (measured with pages).
 */
const NEXT_WITHIN_MS = 250;
const ALL_WITHIN_MS = 400;
/** A producer without ready viewers starts after this; later viewers ask for another keyframe. */
const HOLD_AT_MOST_MS = 2_000;

/**
 * How much longer a new video producer is held back, in ms; 0 starts it. Chrome answers one keyframe request in 300 ms,
 * so a second viewer would wait: all begin together instead. At the start mediasoup asks for one keyframe if
 * frames already arrive; if they do not yet, the encoder begins with one by itself.
 */
export function holdBackMs({ heldBackForMs, ready, missing }: WaitingViewers): number {
  if (missing === 0) return 0;
  const untilCap = HOLD_AT_MOST_MS - heldBackForMs;
  if (ready === null) return Math.max(0, untilCap);
  return Math.max(0, Math.min(untilCap, NEXT_WITHIN_MS - ready.lastForMs, ALL_WITHIN_MS - ready.firstForMs));
}
