import { isEmpty, nextDeadline } from '../room/queries.ts';
import { EMPTY_ROOM, type RoomState } from '../room/state.ts';

export interface Lifetimes {
  /** A room in which nobody is and nothing happens closes after this; 0 for never. */
  readonly emptyMs: number;
  /** A closed room is deleted after this. */
  readonly retentionMs: number;
}

/**
 * When somebody must look at the room next, in ms since the epoch: somebody expires, the room closes because it is
 * empty, or it is deleted. Null for never. `changedAt`: the time of its last commit.
 */
export function deadlineOf(state: RoomState, changedAt: number, { emptyMs, retentionMs }: Lifetimes): number | null {
  if (state.status === 'absent') return null;
  if (state.status === 'closed') return changedAt + retentionMs;
  if (!isEmpty(state)) return nextDeadline(state);
  return emptyMs === 0 ? null : changedAt + emptyMs;
}

/** What is left of a deleted room for a while: nothing of its people and messages. */
export function withoutContent({ createdAt, lastSession }: RoomState): RoomState {
  return { ...EMPTY_ROOM, status: 'closed', createdAt, lastSession };
}
