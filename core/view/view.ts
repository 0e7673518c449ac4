import type { ParticipantId, TrackId } from '../room/state.ts';

/** One tile that a viewer shows, in device pixels. */
export interface Tile {
  readonly width: number;
  readonly height: number;
  readonly pinned: boolean;
}

/** What a viewer shows. A video track without a tile is not visible. */
export interface ShownTiles {
  readonly tiles: ReadonlyMap<TrackId, Tile>;
  /**
   * Tracks that may be shown next, such as those of the next page, the likeliest first. Null: the client can show only
   * what it was once sent, and has to be sent everything.
   */
  readonly near: readonly TrackId[] | null;
  /** Tracks that the viewer does not want, picture or sound: it receives nothing of them. */
  readonly declined?: ReadonlySet<TrackId>;
}

/**
 * What a viewer shows: a hint that is never journalled. `null` until the client has said it; it then gets every video
 * at the lowest layer.
 */
export type ViewerView = ShownTiles | null;

export type Views = ReadonlyMap<ParticipantId, ViewerView>;
