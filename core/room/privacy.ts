import type { Commit } from './commit.ts';
import type { RoomEvent } from './events.ts';
import type { ChatMessage, ParticipantId } from './state.ts';

type PrivateEvent = Extract<RoomEvent, { readonly to: ParticipantId }>;

/** Returns whether only two people may know of the event. */
export function isPrivate(event: RoomEvent): event is PrivateEvent {
  return 'to' in event;
}

/** Returns whether this person may know of the event; null is nobody in particular. */
export function mayHear(event: RoomEvent, participantId: ParticipantId | null): boolean {
  return !isPrivate(event) || event.participantId === participantId || event.to === participantId;
}

/** Returns whether somebody other than the person whom the event is about did it. */
export function isByOthers({ actor }: Pick<Commit, 'actor'>, event: RoomEvent): boolean {
  if (!('participantId' in event)) return false;
  return actor.kind !== 'participant' || actor.participantId !== event.participantId;
}

/** Returns whether this person may see the message; null is nobody in particular. */
export function maySee(message: ChatMessage | undefined, participantId: ParticipantId | null): boolean {
  if (message?.to === undefined) return message !== undefined;
  return message.participantId === participantId || message.to === participantId;
}

/** Returns the part of a chat that this person may see: the same list if that is all of it. */
export function visibleTo(chat: readonly ChatMessage[], participantId: ParticipantId | null): readonly ChatMessage[] {
  return hasPrivate(chat) ? chat.filter((message) => maySee(message, participantId)) : chat;
}

/** Returns whether this person has private messages in the chat. */
export function isParty(chat: readonly ChatMessage[], participantId: ParticipantId): boolean {
  return partiesOf(chat).has(participantId);
}

function hasPrivate(chat: readonly ChatMessage[]): boolean {
  return partiesOf(chat).size > 0;
}

/** Many people come to the same chat, which never changes: it is looked through once. */
const PARTIES = new WeakMap<readonly ChatMessage[], ReadonlySet<ParticipantId>>();

function partiesOf(chat: readonly ChatMessage[]): ReadonlySet<ParticipantId> {
  let parties = PARTIES.get(chat);
  if (!parties) {
    parties = new Set(chat.flatMap(({ participantId, to }) => (to === undefined ? [] : [participantId, to])));
    PARTIES.set(chat, parties);
  }
  return parties;
}
