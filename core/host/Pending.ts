import type { RoomCommand } from '../room/commands.ts';
import type { RoomEvent } from '../room/events.ts';
import type { RoomState } from '../room/state.ts';

/** The result of a command. `state` and `version` are the replica's after the command was in the journal. */
export interface Handled {
  readonly events: readonly RoomEvent[];
  readonly state: RoomState;
  readonly version: number;
}

/** A command that waits for its outcome. */
export interface Pending {
  readonly command: RoomCommand;
  readonly deadline: number;
  readonly resolve: (handled: Handled) => void;
  readonly reject: (error: unknown) => void;
  /** The journal had it and lost it. */
  readonly repeated: boolean;
}

/** Refuses the overdue with the error, and returns the others. */
export function inTime(batch: readonly Pending[], now: number, error: () => Error): Pending[] {
  return batch.filter(({ deadline, reject }) => {
    if (deadline > now) return true;
    reject(error());
    return false;
  });
}
