import type { Span } from './gaps.ts';

/** A receiver heard what a microphone captured while it was muted [M2]. Times in ms since the epoch. */
export interface HotMic {
  readonly receiver: string;
  readonly publisher: string;
  /** The first and the last moment it was heard, and the number of stretches of 10 or 20 ms. */
  readonly heard: Span & { readonly stretches: number };
  /**
   * The mute it broke, from its acknowledgement to the next request to unmute. Null if it was heard before any mute.
   */
  readonly muted: Span | null;
}

/**
 * Returns what a receiver heard of the tone that `publisher`'s microphone hears only while it is muted, or null if it
 * heard nothing. The time does not matter: buffers and busy machines play sound late, but this sound must never leave.
 *
 * @param heardTimes when the tone was heard, in order
 * @param mutedSpans only for the evidence
 */
export function hotMic(
  receiver: string,
  publisher: string,
  heardTimes: readonly number[],
  mutedSpans: readonly Span[],
): HotMic | null {
  const [first] = heardTimes;
  const last = heardTimes.at(-1);
  if (first === undefined || last === undefined) return null;
  const muted = mutedSpans.findLast(({ from }) => from <= first) ?? null;
  return { receiver, publisher, heard: { from: first, to: last, stretches: heardTimes.length }, muted };
}
