import type { LayerWish } from './Engine.ts';

/** More frames than this wait only when the caller lost count of what it pushes. About five seconds. */
export const MAX_BACKLOG = 150;
/** Less than this is no picture. */
const MIN_BITRATE_BPS = 20_000;

/** One that an encoder can keep to. */
function usableBitrate(bitrateBps: number): number {
  return Math.max(MIN_BITRATE_BPS, bitrateBps);
}

/** What is wished of one layer, with a usable bitrate. A layer that nothing is said of is off. */
export function wishOf(wishes: readonly LayerWish[], layer: number): LayerWish {
  const { encode, keyframe, bitrateBps } = wishes[layer] ?? { encode: false, keyframe: false, bitrateBps: 0 };
  return { encode, keyframe, bitrateBps: usableBitrate(bitrateBps) };
}
