import type { Span } from './gaps.ts';

/** A receiver heard what a microphone captured while it was muted [M2]. Times in ms since the epoch. */
export interface HotMic {
  readonly receiver: string;
  readonly publisher: string;
  /** When it was heard: the first and the last moment, and how many stretches of 10 or 20 ms there were. */
  readonly heard: Span & { readonly stretches: number };
  /** The mute it broke: from its acknowledgement to the next wish to unmute; null: it was heard before any. */
  readonly muted: Span | null;
}

/**
 * What a receiver heard of the tone that the microphone of `publisher` hears only while it is muted. When it was heard does
 * not matter: buffers and busy machines play sound late, but this sound should never have left.
 *
 * @param heardTimes when the tone was heard, in order
 * @param mutedSpans for the evidence alone
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
