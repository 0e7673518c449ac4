import type { TrackSource } from '../room/state.ts';
import type { PreferredLayers, TrackLayers } from './mediaSteps.ts';
import type { Tile } from './view.ts';

/**
 * A layer serves a tile up to this much taller than itself: people do not see the difference, but it saves bandwidth.
 */
const STRETCH = 1.2;
/**
 * The tile must pass a threshold by this much before the layer changes, so that it does not flap while a window is
 * resized.
 */
const HYSTERESIS = 0.12;
/** Tiles below this share of the lowest layer's height need no full frame rate. */
const TINY = 0.5;

/** The layers of a track while the viewer's view is unknown. */
export function lowestLayers(layers: TrackLayers): PreferredLayers {
  return { spatialLayer: 0, temporalLayer: layers.temporalLayers - 1 };
}

function highestLayers(layers: TrackLayers): PreferredLayers {
  return { spatialLayer: layers.heights.length - 1, temporalLayer: layers.temporalLayers - 1 };
}

/**
 * The lowest layer that fills the tile. `current`, the layers preferred now, stay while the tile is near the threshold.
 * A screen is text: a tile in which it is readable gets the highest layer.
 */
export function layersForTile(
  tile: Tile,
  source: TrackSource,
  layers: TrackLayers,
  current: PreferredLayers | null,
): PreferredLayers {
  const needed = shownHeight(tile);
  if (tile.pinned) return highestLayers(layers);
  if (source === 'screen' && needed >= (layers.heights[0] ?? 0) * TINY) return highestLayers(layers);

  const lowest = spatialLayerFor(needed * (1 - HYSTERESIS), layers);
  const highest = spatialLayerFor(needed * (1 + HYSTERESIS), layers);
  const exact = spatialLayerFor(needed, layers);
  const kept = current !== null && current.spatialLayer >= lowest && current.spatialLayer <= highest;
  const spatialLayer = kept ? current.spatialLayer : exact;

  return { spatialLayer, temporalLayer: temporalLayerFor(needed, spatialLayer, layers, current) };
}

/** Height of a 16:9 picture in the tile, between "contain" and "cover": the page may do either. */
function shownHeight(tile: Tile): number {
  const byWidth = (tile.width * 9) / 16;
  return Math.sqrt(Math.max(byWidth, 1) * Math.max(tile.height, 1));
}

function spatialLayerFor(needed: number, layers: TrackLayers): number {
  const found = layers.heights.findIndex((height) => height * STRETCH >= needed);
  return found === -1 ? layers.heights.length - 1 : found;
}

function temporalLayerFor(
  needed: number,
  spatialLayer: number,
  layers: TrackLayers,
  current: PreferredLayers | null,
): number {
  const full = layers.temporalLayers - 1;
  if (spatialLayer > 0 || full === 0) return full;
  const reduced = full - 1;
  const threshold = (layers.heights[0] ?? 0) * TINY;
  const wasReduced = current !== null && current.spatialLayer === 0 && current.temporalLayer === reduced;
  return needed < threshold * (wasReduced ? 1 + HYSTERESIS : 1 - HYSTERESIS) ? reduced : full;
}
