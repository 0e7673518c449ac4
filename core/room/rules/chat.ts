import type { CommandOf, FirstSent } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { areOfOneKind } from '../keptChat.ts';
import { maySee } from '../privacy.ts';
import { grantsOf, mayModerate } from '../queries.ts';
import { Refusal } from '../refusal.ts';
import type { ChatMessage, MessageId, Participant, ParticipantId, RoomState } from '../state.ts';
import { requireOwnerOrModerator, requireParticipant, requirePresent } from './actors.ts';
import { requireGrant } from './grants.ts';
import { requireId, toChatText } from './input.ts';

/** By how much the times of two nodes may differ. */
const CLOCKS_DIFFER_MS = 60_000;

export function postChat(command: CommandOf<'PostChat'>, state: RoomState): RoomEvent[] {
  const { messageId, to } = command;
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
  if (command.announcement) requireMayAnnounce(author, to);

  if (command.firstSent !== undefined && !remembersSince(command.firstSent, { participantId, to }, state)) {
    throw new Refusal('TOO_LATE', 'The room cannot tell any more whether it got this message: send it again.');
  }

  const at = notBefore(state.chat.at(-1)?.at ?? 0, command.now);
  const { replyTo } = command;
  const isKnown = replyTo !== undefined && maySee(findMessage(replyTo, state), participantId);
  const message = { messageId, participantId, name, text, at, ...(isKnown && { replyTo }) };
  if (to === undefined)
    return [{ type: 'ChatPosted', ...message, ...(command.announcement && { announcement: true }) }];
  requirePrivate(to, participantId, state);
  return [{ type: 'PrivateMessagePosted', ...message, to }];
}

export function editChat(command: CommandOf<'EditChat'>, state: RoomState): RoomEvent[] {
  const { messageId } = command;
  const author = requireParticipant(command.actor, state);
  const text = toChatText(command.text);

  const message = findMessage(messageId, state);
  if (message === undefined || message.deleted || !maySee(message, author.id)) throw messageNotFound();
  if (message.participantId !== author.id) {
    throw new Refusal('FORBIDDEN', 'Only the author of a message can edit it.');
  }
  if (message.file !== undefined) throw new Refusal('INVALID', 'A file has no text to edit.');
  requireGrant(grantsOf(author, state.settings).chat);
  if (message.text === text) return [];
  const at = notBefore(message.editedAt ?? message.at, command.now);
  if (message.to === undefined) return [{ type: 'ChatEdited', messageId, text, at }];
  return [{ type: 'PrivateMessageEdited', messageId, participantId: author.id, to: message.to, text, at }];
}

export function deleteChat(command: CommandOf<'DeleteChat'>, state: RoomState): RoomEvent[] {
  const { actor, messageId, now: at } = command;
  const message = findMessage(messageId, state);
  const isHidden = actor.kind === 'participant' && !maySee(message, actor.participantId);
  if (message === undefined || isHidden) {
    if (actor.kind !== 'operator') requireParticipant(actor, state);
    throw messageNotFound();
  }
  requireOwnerOrModerator(actor, message.participantId, state);
  if (message.deleted) return [];
  if (message.to === undefined) return [{ type: 'ChatDeleted', messageId, at }];
  return [{ type: 'PrivateMessageDeleted', messageId, participantId: message.participantId, to: message.to, at }];
}

/** [R-BREAKOUT-6] */
function requireMayAnnounce({ role }: Pick<Participant, 'role'>, to: ParticipantId | undefined): void {
  if (!mayModerate(role)) throw new Refusal('FORBIDDEN', 'Only a host of this room can announce something.');
  if (to !== undefined) throw new Refusal('INVALID', 'An announcement is for everybody.');
}

/** [R-CHAT-8] */
function requirePrivate(to: ParticipantId, participantId: ParticipantId, state: RoomState): void {
  if (!state.settings.privateChat) throw new Refusal('NOT_GRANTED', 'Private messages are switched off in this room.');
  if (to === participantId) throw new Refusal('INVALID', 'A private message goes to somebody else.');
  requirePresent(to, state);
}

/**
 * Returns whether every message of this kind since then is still in the state, so that one that is not there was never
 * posted [R-CHAT-6]. However many people come and go, only messages of its kind use this memory up.
 */
function remembersSince(
  { room, newest }: FirstSent,
  message: { readonly participantId: ParticipantId; readonly to: ParticipantId | undefined },
  state: RoomState,
): boolean {
  if (room !== state.createdAt) return false;
  const forgottenAt = message.to === undefined ? state.chatForgottenAt : state.privateForgottenAt;
  if (newest === null) return forgottenAt === 0;
  const before = findMessage(newest, state);
  if (before === undefined) return false;
  // The oldest of a kind go first.
  return areOfOneKind(before, message) || forgottenAt < before.at;
}

/**
 * Returns the time of something that comes after `earlier`: clocks of nodes differ a little, the order does not.
 * A time far ahead was wrong, and does not make all that follow wrong too [R-CHAT-2].
 */
export function notBefore(earlier: number, now: number): number {
  return earlier - now > CLOCKS_DIFFER_MS ? now : Math.max(now, earlier);
}

export function findMessage(messageId: MessageId, state: RoomState): ChatMessage | undefined {
  return state.chat.findLast((message) => message.id === messageId);
}

export function messageNotFound(): Refusal {
  return new Refusal('MESSAGE_NOT_FOUND', 'This message was deleted, or is too old to be changed.');
}
