import type { ParticipantId, TrackId } from '../room/state.ts';

/** One tile that a viewer shows, in device pixels. */
export interface Tile {
  readonly width: number;
  readonly height: number;
  readonly pinned: boolean;
}

/**
 * What a viewer shows: a hint that is never journalled. A video track without a tile is not visible. `null` until the
 * client has said it; it then gets every video at the lowest layer.
 */
export type ViewerView = ReadonlyMap<TrackId, Tile> | null;

export type Views = ReadonlyMap<ParticipantId, ViewerView>;
