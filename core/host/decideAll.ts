import type { RoomCommand } from '../room/commands.ts';
import type { Commit, Position } from '../room/commit.ts';
import { decide } from '../room/decide.ts';
import type { RoomEvent } from '../room/events.ts';
import { evolveCommit } from '../room/evolve.ts';
import type { RoomState } from '../room/state.ts';

/** The command's events (none if nothing is left to do), or why there are none: a Refusal, or a bug. */
export type Decision = { readonly events: readonly RoomEvent[] } | { readonly error: unknown };

export interface Decided {
  /** The commits to append after `position`, in order. */
  readonly commits: readonly Commit[];
  /** One for each command, in order. */
  readonly decisions: readonly Decision[];
}

/** Decides each command on the state that the commands before it lead to, so that all of them share one append. */
export function decideAll(
  commands: readonly RoomCommand[],
  { state: firstState, position }: { readonly state: RoomState; readonly position: Position },
  newId: () => string,
): Decided {
  let state = firstState;
  let { version, commitId }: Position = position;
  const commits: Commit[] = [];
  const decisions = commands.map((command): Decision => {
    try {
      const events = decide(command, state);
      if (events.length === 0) return { events };
      const { commandId, actor, now: at } = command;
      const commit: Commit = { version: version + 1, commitId: newId(), prev: commitId, commandId, actor, at, events };
      state = evolveCommit(state, commit);
      ({ version, commitId } = commit);
      commits.push(commit);
      return { events };
    } catch (error) {
      return { error };
    }
  });
  return { commits, decisions };
}
