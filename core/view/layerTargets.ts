import type { TrackSource } from '../room/state.ts';

/** What one layer is to be encoded with. */
export interface LayerTarget {
  readonly active: boolean;
  readonly bitrateBps: number;
}

/** One viewer that is to receive the track now. */
export interface LayerDemand {
  readonly preferredLayer: number;
  /** What it receives now; null: nothing yet. */
  readonly currentLayer: number | null;
  /** Its share of what this viewer's link is estimated to carry; null: not known yet. */
  readonly shareBps: number | null;
}

/** What the layers of a full picture are meant to take, lowest first. */
const CAMERA = { bps: [150_000, 500_000, 1_500_000], fullHeight: 720 };
const SCREEN = { bps: [250_000, 800_000, 2_500_000], fullHeight: 1080 };
/** A picture of fewer pixels takes less, but not as much less as it has fewer: its exponent is above 1 and below 2. */
const BITRATE_BY_HEIGHT = 1.5;
const LEAST_BY_HEIGHT = 0.1;
/** A layer never gets less than this share of its nominal bitrate: viewers that cannot have it take a lower layer. */
const LEAST = 0.5;
/** The viewer whose link a layer's bitrate is made for: a fifth of those who prefer the layer have less. */
const PERCENTILE = 0.2;
const STEP = 0.05;
/** A bitrate is changed when it is to change by more than this share of the nominal one. */
const HYSTERESIS = 0.1;

/** What the layers of a reencoded track are meant to take, lowest first, where its highest one is this high. */
export function nominalBitratesOf(source: TrackSource, height: number | null = null): readonly number[] {
  const { bps, fullHeight } = source === 'screen' ? SCREEN : CAMERA;
  if (height === null || height >= fullHeight) return bps;
  const share = Math.max(LEAST_BY_HEIGHT, (height / fullHeight) ** BITRATE_BY_HEIGHT);
  return bps.map((nominal) => Math.round((nominal * share) / 1_000) * 1_000);
}

/**
 * What each layer is to be encoded with: those that somebody prefers, those that somebody's link carries instead, those that
 * somebody still receives, and below them the lowest one, so that there is always something to fall down to. Bitrates follow the links of those who prefer the
 * layer, between half the nominal bitrate and the whole. `before` is what this gave last.
 */
export function layerTargets(
  demands: readonly LayerDemand[],
  nominals: readonly number[],
  before: readonly LayerTarget[],
): readonly LayerTarget[] {
  const highest = nominals.length - 1;
  const demanded = new Set<number>();
  for (const { preferredLayer, currentLayer, shareBps } of demands) {
    const preferred = Math.min(preferredLayer, highest);
    demanded
      .add(0)
      .add(preferred)
      .add(carriedLayer(preferred, shareBps, nominals));
    if (currentLayer !== null) demanded.add(Math.min(currentLayer, highest));
  }
  return nominals.map((nominal, layer) => {
    const shares = demands.flatMap(({ preferredLayer, shareBps }) =>
      Math.min(preferredLayer, highest) === layer && shareBps !== null ? [shareBps] : [],
    );
    const bitrateBps = withHysteresis(bitrateFor(shares, nominal), before[layer]?.bitrateBps ?? nominal, nominal);
    return { active: demanded.has(layer), bitrateBps };
  });
}

/** The highest layer, up to the preferred one, that the share carries at the layer's least bitrate. */
function carriedLayer(preferred: number, shareBps: number | null, nominals: readonly number[]): number {
  if (shareBps === null) return preferred;
  for (let layer = preferred; layer > 0; layer -= 1) {
    if ((nominals[layer] ?? 0) * LEAST <= shareBps) return layer;
  }
  return 0;
}

function bitrateFor(shares: readonly number[], nominal: number): number {
  const sorted = [...shares].sort((a, b) => a - b);
  const share = sorted[Math.floor(sorted.length * PERCENTILE)];
  if (share === undefined) return nominal;
  const step = nominal * STEP;
  return Math.min(nominal, Math.max(nominal * LEAST, Math.round(share / step) * step));
}

function withHysteresis(bitrateBps: number, beforeBps: number, nominal: number): number {
  const isBound = bitrateBps === nominal || bitrateBps === nominal * LEAST;
  if (isBound) return bitrateBps;
  return Math.abs(bitrateBps - beforeBps) > nominal * HYSTERESIS ? bitrateBps : beforeBps;
}
