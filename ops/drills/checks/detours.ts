import type { Carried } from '../../kit/clients/FrameLog.ts';

/** After a fault of the reencoder: when a viewer saw the source, and when the reencoded picture again. ms since the fault. */
export interface Detour {
  /** To the first frame of the source; null when there was none. */
  readonly fallbackMs: number | null;
  /** To the first reencoded frame after that; null when there was none. */
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

/** When the first frame after `from` came that one of the wanted producers carried. */
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
