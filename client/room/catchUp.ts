import type { Change } from '../../signaling/protocol/notifications.ts';
import type { Session } from '../../signaling/protocol/requests.ts';
import { changesBetween } from './changesBetween.ts';
import { applyCommit, type RoomCopy } from './RoomCopy.ts';

/** The copy as a session brings it, and what changed since the one before; nothing on first entry. */
export function catchUp(
  before: RoomCopy | undefined,
  session: Pick<Session, 'room' | 'missed' | 'version'>,
): { readonly copy: RoomCopy; readonly changes: readonly Change[] } {
  if (session.room !== null) {
    const copy = { room: session.room, version: session.version };
    return { copy, changes: before === undefined ? [] : changesBetween(before.room, session.room) };
  }
  if (before === undefined) throw new Error('the session brought neither a room nor anything to add to');
  let copy = before;
  const changes: Change[] = [];
  for (const commit of session.missed ?? []) {
    const outcome = applyCommit(copy, commit);
    if (outcome.type === 'gap') throw new Error(`commits between ${copy.version} and ${commit.version} are missing`);
    if (outcome.type === 'known') continue;
    copy = outcome.copy;
    changes.push(...commit.changes);
  }
  if (copy.version !== session.version)
    throw new Error(`missed commits end at ${copy.version}, not ${session.version}`);
  return { copy, changes };
}
