import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { sharedFiles } from '../files.ts';
import { grantsOf } from '../queries.ts';
import { Refusal } from '../refusal.ts';
import type { RoomState } from '../state.ts';
import { requireParticipant } from './actors.ts';
import { findMessage, notBefore } from './chat.ts';
import { requireGrant } from './grants.ts';
import { isFileName, requireId } from './input.ts';

/** In characters of base64: about 3 KB of JPEG. */
export const PREVIEW_LENGTH = 4_096;
const PREVIEW = /^\/9j\/[A-Za-z0-9+/]*={0,2}$/;
const MEDIA_TYPE = /^[a-z0-9][\w.+-]{0,62}\/[a-z0-9][\w.+-]{0,126}$/;

/** The file is whole in the store [R-FILE-1] [R-FILE-2] [R-FILE-5]. */
export function shareFile(command: CommandOf<'ShareFile'>, state: RoomState): RoomEvent[] {
  const { messageId, file, roomBytes } = command;
  const author = requireParticipant(command.actor, state);
  const { id: participantId, name } = author;
  requireId(messageId);
  requireId(file.id);
  const known = findMessage(messageId, state);
  if (known !== undefined) {
    if (known.participantId === participantId) return [];
    throw new Refusal('INVALID', 'Another message has this id: choose a new one.');
  }
  requireGrant(grantsOf(author, state.settings).chat);
  if (!state.settings.filesAllowed) throw new Refusal('NOT_GRANTED', 'A host has switched files off in this room.');
  const files = sharedFiles(state);
  if (files.some(({ id }) => id === file.id)) throw new Refusal('INVALID', 'This file is shared already.');
  if (!isFileName(file.name) || !MEDIA_TYPE.test(file.mediaType) || !isSize(file.bytes)) {
    throw new Refusal('INVALID', 'A file has a name, a size and a type.');
  }
  const { preview } = file;
  if (preview !== undefined && (preview.length > PREVIEW_LENGTH || !PREVIEW.test(preview))) {
    throw new Refusal('INVALID', `A preview is a JPEG of at most ${PREVIEW_LENGTH} characters of base64.`);
  }
  const used = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (used + file.bytes > roomBytes) {
    throw new Refusal('FILES_FULL', 'The files of this room have no more space: delete some first.');
  }
  const at = notBefore(state.chat.at(-1)?.at ?? 0, command.now);
  return [{ type: 'FileShared', messageId, participantId, name, file, at }];
}

function isSize(bytes: number): boolean {
  return Number.isSafeInteger(bytes) && bytes >= 0;
}
