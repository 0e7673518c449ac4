import type { Actor } from './commands.ts';
import type { RoomEvent } from './events.ts';
import type { CommandId } from './state.ts';

/** A replica's place in the journal: the number of commits, and the last one. */
export interface Position {
  /** Number of commits so far; the stream entry of commit n has the id `n-0`. */
  readonly version: number;
  /** Id of the commit at `version`; '' at version 0. */
  readonly commitId: string;
}

export const ORIGIN: Position = { version: 0, commitId: '' };

/** One command's events: one entry of the journal. */
export interface Commit {
  readonly version: number;
  /** Unique; the node that wrote the commit chose it. */
  readonly commitId: string;
  /** `commitId` of the previous commit, '' for the first one. */
  readonly prev: string;
  readonly commandId: CommandId;
  readonly actor: Actor;
  /** The command's `now`. */
  readonly at: number;
  readonly events: readonly RoomEvent[];
}
