import type { LayerWish } from './Engine.ts';

/** About five seconds. More frames wait only if the caller ignores the backlog. */
export const MAX_BACKLOG = 150;
/** No picture is recognizable below this. */
const MIN_BITRATE_BPS = 20_000;

/** Raises the bitrate to one that an encoder can keep. */
function usableBitrate(bitrateBps: number): number {
  return Math.max(MIN_BITRATE_BPS, bitrateBps);
}

/** Returns the wish for one layer, with a usable bitrate. A layer without a wish is off. */
export function wishOf(wishes: readonly LayerWish[], layer: number): LayerWish {
  const { encode, keyframe, bitrateBps } = wishes[layer] ?? { encode: false, keyframe: false, bitrateBps: 0 };
  return { encode, keyframe, bitrateBps: usableBitrate(bitrateBps) };
}
