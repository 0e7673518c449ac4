import type { Carried } from '../../kit/clients/FrameLog.ts';

/** When a viewer saw the source, and then a reencoded picture again. ms since the fault. */
export interface Detour {
  /** The first frame of the source; null if there was none. */
  readonly fallbackMs: number | null;
  /** The first reencoded frame after that; null if there was none. */
  readonly returnMs: number | null;
}

export function detourOf(
  frameTimes: readonly number[],
  carried: readonly Carried[],
  isSource: (producerId: string) => boolean,
  faultAt: number,
): Detour {
  const fellBackAt = firstFrame(frameTimes, carried, isSource, faultAt);
  const returnedAt =
    fellBackAt === null ? null : firstFrame(frameTimes, carried, (producerId) => !isSource(producerId), fellBackAt);
  const since = (at: number | null): number | null => (at === null ? null : at - faultAt);
  return { fallbackMs: since(fellBackAt), returnMs: since(returnedAt) };
}

/** The time of the first frame after `from` that a wanted producer carried. */
function firstFrame(
  frameTimes: readonly number[],
  carried: readonly Carried[],
  isWanted: (producerId: string) => boolean,
  from: number,
): number | null {
  for (const [index, { at, producerId }] of carried.entries()) {
    const until = carried[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    if (!isWanted(producerId)) continue;
    const found = frameTimes.find((time) => time > from && time >= at && time < until);
    if (found !== undefined) return found;
  }
  return null;
}
