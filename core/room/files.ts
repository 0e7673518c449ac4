import type { Commit } from './commit.ts';
import type { ChatMessage, FileId, RoomState, SharedFile } from './state.ts';

/** The files that people can still see, oldest first. */
export function sharedFiles({ chat }: RoomState): SharedFile[] {
  return chat.flatMap(({ deleted, file }) => (file !== undefined && !deleted ? file : []));
}

export function findFile(fileId: FileId, { chat }: RoomState): SharedFile | undefined {
  return chat.findLast(({ deleted, file }) => file?.id === fileId && !deleted)?.file;
}

/**
 * Returns the files that nobody can see any more after this commit: deleted, erased with their person, or pushed out by
 * newer messages. None for a room that was created again: all files belong to its former life.
 */
export function filesGone({ events }: Pick<Commit, 'events'>, before: RoomState, after: RoomState): FileId[] {
  if (before.chat === after.chat || before.createdAt !== after.createdAt) return [];
  const mayEnd = events.some(({ type }) => ENDS_FILES.has(type)) || oldestOf(before)?.id !== oldestOf(after)?.id;
  if (!mayEnd) return [];
  const kept = new Set(sharedFiles(after).map(({ id }) => id));
  return sharedFiles(before).flatMap(({ id }) => (kept.has(id) ? [] : id));
}

/** No private message is a file, and none pushes one out. */
function oldestOf({ chat }: RoomState): ChatMessage | undefined {
  return chat.find(({ to }) => to === undefined);
}

const ENDS_FILES: ReadonlySet<string> = new Set(['ChatDeleted', 'ParticipantErased']);
