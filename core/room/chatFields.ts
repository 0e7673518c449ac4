import { flag, list, number, object, optional, orNull, text } from './fields.ts';
import type { MessageReaction } from './reactions.ts';
import type { ChatMessage, SharedFile } from './state.ts';

const file = object<SharedFile>({
  id: text,
  name: text,
  bytes: number,
  mediaType: text,
  preview: optional(text),
});

const reaction = object<MessageReaction>({
  emoji: text,
  people: list(object<MessageReaction['people'][number]>({ participantId: text, name: text })),
});

/** What clients see of a message; `privacy.ts` says which messages they see. */
export const message = object<ChatMessage>({
  id: text,
  participantId: text,
  name: text,
  text,
  at: number,
  editedAt: orNull(number),
  deleted: flag,
  to: optional(text),
  replyTo: optional(text),
  file: optional(file),
  announcement: optional(flag),
  reactions: optional(list(reaction)),
});

const ofReaction = { name: text, emoji: text, on: flag };
const ofMessage = { messageId: text, participantId: text };
const ofPrivate = { ...ofMessage, to: text };

/** The same for what happens to it. */
export const chatEvents = {
  ChatPosted: {
    ...ofMessage,
    name: text,
    text,
    at: number,
    replyTo: optional(text),
    announcement: optional(flag),
  },
  PrivateMessagePosted: { ...ofPrivate, name: text, text, at: number, replyTo: optional(text) },
  PrivateMessageEdited: { ...ofPrivate, text, at: number },
  PrivateMessageDeleted: { ...ofPrivate, at: number },
  MessageReacted: { ...ofMessage, ...ofReaction },
  PrivateMessageReacted: { ...ofPrivate, ...ofReaction },
  FileShared: { ...ofMessage, name: text, file, at: number },
  ChatEdited: { messageId: text, text, at: number },
  ChatDeleted: { messageId: text, at: number },
};
