import type { RoomHost } from '../../../core/host/RoomHost.ts';
import type { Commit } from '../../../core/room/commit.ts';
import type { RoomEventType } from '../../../core/room/events.ts';
import type { ParticipantId, RoomState } from '../../../core/room/state.ts';
import { changesRoleOf } from '../../telling/notifications.ts';

interface Snapshot {
  readonly state: RoomState;
  readonly version: number;
  readonly commitId: string;
}

export interface EntrySnapshot extends Snapshot {
  /** The commits since then. */
  readonly tail: readonly Commit[];
}

/** In rooms of more people, those who come together get the same snapshot, which is written once. */
const LARGE = 50;
const LONGEST_TAIL = 64;

const KEPT = new WeakMap<RoomHost, Snapshot>();

/** Returns the room for somebody who comes in: as of version `atLeast` or later, and what followed. */
export function entrySnapshot(room: RoomHost, participantId: ParticipantId, atLeast: number): EntrySnapshot {
  const { state, version, commitId } = room;
  const now = { state, version, commitId };
  if (state.participants.size <= LARGE) return { ...now, tail: [] };
  const kept = KEPT.get(room);
  if (kept && kept.version >= atLeast && version - kept.version <= LONGEST_TAIL) {
    const tail = room.missedSince(kept.version, kept.commitId);
    if (tail && !changesRoleOf(tail, participantId) && !tail.some(rewritesChat)) return { ...kept, tail };
  }
  KEPT.set(room, now);
  return { ...now, tail: [] };
}

const REWRITING: ReadonlySet<RoomEventType> = new Set([
  ...(['ChatDeleted', 'ChatEdited', 'PrivateMessageDeleted', 'PrivateMessageEdited'] as const),
]);

/** What people took back is not shown to those who come later. */
function rewritesChat({ events }: Commit): boolean {
  return events.some(({ type }) => REWRITING.has(type));
}
