import type { CommandOf, FirstSent } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { grantsOf } from '../queries.ts';
import { Refusal } from '../refusal.ts';
import { CHAT_KEPT, type ChatMessage, type MessageId, type RoomState } from '../state.ts';
import { requireOwnerOrModerator, requireParticipant } from './actors.ts';
import { requireGrant } from './grants.ts';
import { requireId, toChatText } from './input.ts';

/** By how much the times of two nodes may differ. */
const CLOCKS_DIFFER_MS = 60_000;

export function postChat(command: CommandOf<'PostChat'>, state: RoomState): RoomEvent[] {
  const { messageId } = command;
  const author = requireParticipant(command.actor, state);
  const { id: participantId, name } = author;
  requireId(messageId);
  const text = toChatText(command.text);

  const known = findMessage(messageId, state);
  if (known !== undefined) {
    if (known.participantId === participantId) return [];
    throw new Refusal('INVALID', 'Another message has this id: choose a new one.');
  }
  requireGrant(grantsOf(author, state.settings).chat);

  if (command.firstSent !== undefined && !remembersSince(command.firstSent, state)) {
    throw new Refusal('TOO_LATE', 'The room cannot tell any more whether it got this message: send it again.');
  }

  const at = notBefore(state.chat.at(-1)?.at ?? 0, command.now);
  return [{ type: 'ChatPosted', messageId, participantId, name, text, at }];
}

export function editChat(command: CommandOf<'EditChat'>, state: RoomState): RoomEvent[] {
  const { messageId } = command;
  const author = requireParticipant(command.actor, state);
  const text = toChatText(command.text);

  const message = findMessage(messageId, state);
  if (message === undefined || message.deleted) throw messageNotFound();
  if (message.participantId !== author.id) {
    throw new Refusal('FORBIDDEN', 'Only the author of a message can edit it.');
  }
  requireGrant(grantsOf(author, state.settings).chat);
  if (message.text === text) return [];
  return [{ type: 'ChatEdited', messageId, text, at: notBefore(message.editedAt ?? message.at, command.now) }];
}

export function deleteChat(command: CommandOf<'DeleteChat'>, state: RoomState): RoomEvent[] {
  const { actor, messageId, now: at } = command;
  const message = findMessage(messageId, state);
  if (message === undefined) {
    if (actor.kind !== 'operator') requireParticipant(actor, state);
    throw messageNotFound();
  }
  requireOwnerOrModerator(actor, message.participantId, state);
  if (message.deleted) return [];
  return [{ type: 'ChatDeleted', messageId, at }];
}

/**
 * Returns whether every message since then is still in the state, so that a message that is not there was never posted
 * [R-CHAT-6]. However many people come and go, only messages use this memory up.
 */
function remembersSince({ room, newest }: FirstSent, state: RoomState): boolean {
  if (room !== state.createdAt) return false;
  return newest === null ? state.chat.length < CHAT_KEPT : findMessage(newest, state) !== undefined;
}

/**
 * Returns the time of something that comes after `earlier`: clocks of nodes differ a little, the order does not.
 * A time far ahead was wrong, and does not make all that follow wrong too [R-CHAT-2].
 */
function notBefore(earlier: number, now: number): number {
  return earlier - now > CLOCKS_DIFFER_MS ? now : Math.max(now, earlier);
}

function findMessage(messageId: MessageId, state: RoomState): ChatMessage | undefined {
  return state.chat.findLast((message) => message.id === messageId);
}

function messageNotFound(): Refusal {
  return new Refusal('MESSAGE_NOT_FOUND', 'This message was deleted, or is too old to be changed.');
}
