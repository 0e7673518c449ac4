import type { Logger } from '../ports.ts';
import type { RoomCommand } from '../room/commands.ts';
import type { Commit, Position } from '../room/commit.ts';
import { decide } from '../room/decide.ts';
import type { RoomEvent } from '../room/events.ts';
import { evolveCommits, evolveDraft } from '../room/evolve.ts';
import { RoomDraft } from '../room/RoomDraft.ts';
import { recordedActor } from '../room/recordedActor.ts';
import { Refusal } from '../room/refusal.ts';
import type { RoomState } from '../room/state.ts';

/** The command's events (none if nothing is left to do), or why there are none: a Refusal, or a bug. */
export type Decision = { readonly events: readonly RoomEvent[] } | { readonly error: unknown };

export interface Decided {
  /** The commits to append after `position`, in order. */
  readonly commits: readonly Commit[];
  /** One for each command that was decided, in order. */
  readonly decisions: readonly Decision[];
}

/**
 * Decides each command on the state that the commands before it lead to, so that all of them share one append and one
 * copy of the room's collections. Stops after a command when `isOver` says so: the rest has no decisions.
 */
export function decideAll(
  commands: readonly RoomCommand[],
  { state, position }: { readonly state: RoomState; readonly position: Position },
  newId: () => string,
  isOver: () => boolean,
): Decided {
  let draft = new RoomDraft(state);
  let { version, commitId }: Position = position;
  const commits: Commit[] = [];
  const decisions: Decision[] = [];
  for (const command of commands) {
    try {
      const events = decide(command, draft.room);
      if (events.length > 0) {
        const { commandId, actor, now: at } = command;
        const commit: Commit = {
          version: version + 1,
          commitId: newId(),
          prev: commitId,
          commandId,
          actor: recordedActor(actor, events, draft.room),
          at,
          events,
        };
        evolveDraft(draft, commit);
        ({ version, commitId } = commit);
        commits.push(commit);
      }
      decisions.push({ events });
    } catch (error) {
      // A bug may have left a commit half done in the draft.
      if (!(error instanceof Refusal)) draft = new RoomDraft(evolveCommits(state, commits));
      decisions.push({ error });
    }
    if (isOver()) break;
  }
  return { commits, decisions };
}

/** Logs the commands that were neither decided nor refused. */
export function logBugs({ decisions }: Decided, commands: readonly RoomCommand[], logger: Logger): void {
  decisions.forEach((decision, index) => {
    if ('events' in decision || decision.error instanceof Refusal) return;
    logger.error({ err: decision.error, command: commands[index]?.type }, 'a command could not be decided: a bug');
  });
}
