import type { MeetingActions, Reaction } from '../../model/Meeting.ts';

/** What all tiles of the stage share. */
export interface TileView {
  readonly speakers: readonly string[];
  /** The keys of pinned tiles. */
  readonly pins: readonly string[];
  readonly onPin: (key: string) => void;
  /** The place of each raised hand, from 1. */
  readonly hands: ReadonlyMap<string, number>;
  readonly reactions: readonly Reaction[];
  /** This page itself is cut off: nothing that it shows is live. */
  readonly held: boolean;
  readonly actions: MeetingActions;
  readonly onHideSelf: () => void;
}
