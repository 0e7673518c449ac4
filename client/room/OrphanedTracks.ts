import type { TrackSource } from '../../core/room/state.ts';

interface Publication {
  readonly trackId: string;
  readonly source: TrackSource;
}

export interface OrphanedTracksOptions {
  /** Those of the record that have no media here. */
  readonly find: () => readonly Publication[];
  readonly unpublish: (track: Publication) => void;
}

/** Tracks of the record that a reloaded page does not publish again within this time are unpublished. */
const ORPHAN_MS = 15_000;

/** After a reload the record still has the participant's tracks: those that are not published again are removed. */
export class OrphanedTracks {
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor({ find, unpublish }: OrphanedTracksOptions) {
    this.#timer = setTimeout(() => {
      for (const track of find()) unpublish(track);
    }, ORPHAN_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
