import type { Room } from '../../client/index.ts';

/** The shared notes, as updates of Yjs. `NotesDocument` makes a text of them. */
export interface NotesActions {
  write(update: Uint8Array): Promise<void>;
  /** The updates after the first `seen`, perhaps with some of those. */
  after(seen: number): Promise<{ readonly count: number; readonly updates: readonly Uint8Array[] }>;
}

export function notesActions({ controls: { notes } }: Room): NotesActions {
  return { write: (update) => notes.write(update), after: (seen) => notes.after(seen) };
}
