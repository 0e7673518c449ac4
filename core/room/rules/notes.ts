import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { lengthOf, NOTES_LENGTH, NOTES_UPDATE_LENGTH } from '../notes.ts';
import { grantsOf } from '../queries.ts';
import { Refusal } from '../refusal.ts';
import type { RoomState } from '../state.ts';
import { requireNode, requireParticipant } from './actors.ts';
import { requireGrant } from './grants.ts';

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export function editNotes({ actor, update }: CommandOf<'EditNotes'>, state: RoomState): RoomEvent[] {
  const author = requireParticipant(actor, state);
  requireGrant(grantsOf(author, state.settings).chat);
  if (update.length > NOTES_UPDATE_LENGTH || !BASE64.test(update)) {
    throw new Refusal('INVALID', 'This is too much to write at once.');
  }
  if (lengthOf(state.notes) + update.length > NOTES_LENGTH) throw new Refusal('INVALID', 'The notes are full.');
  return [{ type: 'NotesEdited', participantId: author.id, update }];
}

/** Another node may have been first: then there is less to put together, or nothing. */
export function compactNotes({ actor, base, upTo }: CommandOf<'CompactNotes'>, { notes }: RoomState): RoomEvent[] {
  requireNode(actor);
  const known = notes.count - notes.updates.length;
  return upTo > known && upTo <= notes.count ? [{ type: 'NotesCompacted', base, upTo }] : [];
}
