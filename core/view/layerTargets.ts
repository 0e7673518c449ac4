import type { TrackSource } from '../room/state.ts';

/** How a sidecar encodes one layer. */
export interface LayerTarget {
  readonly active: boolean;
  readonly bitrateBps: number;
}

/** What one viewer of the track needs. */
export interface LayerDemand {
  readonly preferredLayer: number;
  /** The layer that it receives now; null if none yet. */
  readonly currentLayer: number | null;
  /** The track's share of the bandwidth estimated for this viewer; null if not known yet. */
  readonly shareBps: number | null;
}

/** Nominal bitrates of the layers of a full-size picture, lowest first. */
const CAMERA = { bps: [150_000, 500_000, 1_500_000], fullHeight: 720 };
const SCREEN = { bps: [250_000, 800_000, 2_500_000], fullHeight: 1080 };
/**
 * A smaller picture takes fewer bits, but more bits per pixel: bits grow with the height to this power, pixels with 2.
 */
const BITRATE_BY_HEIGHT = 1.5;
const LEAST_BY_HEIGHT = 0.1;
/**
 * A layer never gets less than this share of its nominal bitrate: viewers without that bandwidth take a lower layer.
 */
const LEAST = 0.5;
/** A layer's bitrate fits the viewer at this percentile: a fifth of those who prefer the layer have less bandwidth. */
const PERCENTILE = 0.2;
const STEP = 0.05;
/** A bitrate changes only by more than this share of the nominal one. */
const HYSTERESIS = 0.1;

/** Nominal bitrates of a reencoded track's layers, lowest first. `height`: of the highest layer. */
export function nominalBitratesOf(source: TrackSource, height: number | null = null): readonly number[] {
  const { bps, fullHeight } = source === 'screen' ? SCREEN : CAMERA;
  if (height === null || height >= fullHeight) return bps;
  const share = Math.max(LEAST_BY_HEIGHT, (height / fullHeight) ** BITRATE_BY_HEIGHT);
  return bps.map((nominal) => Math.round((nominal * share) / 1_000) * 1_000);
}

/**
 * Returns the targets of all layers. Active are the layers that a viewer prefers, that its bandwidth carries instead,
 * or that it still receives, and always the lowest one to fall back to. A bitrate follows the bandwidth of the viewers
 * that prefer the layer, between half the nominal bitrate and all of it. `before` is the last result.
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
