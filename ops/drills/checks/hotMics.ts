import type { Span } from './gaps.ts';

/** What was heard of one muted microphone at one receiver. */
export interface HotMic {
  readonly receiver: string;
  readonly publisher: string;
  /** The first moment it was heard while muted, ms since the epoch. */
  readonly at: number;
  readonly frames: number;
}

/** Sound that was on its way when the microphone was muted: jitter buffers play it out. */
const PLAYED_OUT_MS = 500;

/** Everything audible of `publisher` during `muted` [M2]; each span runs from the acknowledged mute to the next wish to unmute. */
export function hotMic(
  receiver: string,
  publisher: string,
  audibleAt: readonly number[],
  muted: readonly Span[],
): HotMic | null {
  const heard = audibleAt.filter((at) => muted.some(({ from, to }) => at > from + PLAYED_OUT_MS && at < to));
  const [first] = heard;
  return first === undefined ? null : { receiver, publisher, at: first, frames: heard.length };
}
