/** What all tiles of the stage share. */
export interface TileView {
  readonly speakers: readonly string[];
  readonly pinnedKey: string | null;
  readonly onPin: (key: string) => void;
}
