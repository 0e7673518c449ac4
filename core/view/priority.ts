import type { TrackSource } from '../room/state.ts';
import type { PreferredLayers, TrackLayers } from './mediaSteps.ts';
import type { Tile } from './view.ts';

/**
 * mediasoup gives a consumer of higher priority its bitrate first. 1 is the lowest. Audio is always served before
 * video.
 */
export function priorityOf(
  source: TrackSource,
  tile: Tile | undefined,
  layers: TrackLayers,
  preferredLayers: PreferredLayers | null,
): number {
  if (preferredLayers === null) return 1;
  if (tile?.pinned) return 5;
  if (source === 'screen') return 4;
  const isLarge = layers.heights.length > 1 && preferredLayers.spatialLayer === layers.heights.length - 1;
  return isLarge ? 2 : 1;
}
