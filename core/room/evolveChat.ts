import type { RoomEvent } from './events.ts';
import type { RoomDraft } from './RoomDraft.ts';
import { withReaction } from './reactions.ts';
import type { ChatMessage } from './state.ts';

type EventOf<T extends RoomEvent['type']> = Extract<RoomEvent, { readonly type: T }>;
type ChatEvent = EventOf<
  | 'ChatPosted'
  | 'PrivateMessagePosted'
  | 'FileShared'
  | 'ChatEdited'
  | 'PrivateMessageEdited'
  | 'ChatDeleted'
  | 'PrivateMessageDeleted'
  | 'MessageReacted'
  | 'PrivateMessageReacted'
>;

export function evolveChat(draft: RoomDraft, event: ChatEvent): void {
  switch (event.type) {
    case 'ChatPosted':
      draft.appendChat(messageOf(event));
      return;
    case 'PrivateMessagePosted':
      draft.appendChat({ ...messageOf(event), to: event.to });
      return;
    case 'FileShared': {
      const { messageId, participantId, name, file, at } = event;
      const message = { id: messageId, participantId, name, text: file.name, at, editedAt: null, deleted: false };
      draft.appendChat({ ...message, file });
      return;
    }
    case 'ChatEdited':
    case 'PrivateMessageEdited':
      changeMessage(draft, event.messageId, { text: event.text, editedAt: event.at });
      return;
    case 'ChatDeleted':
    case 'PrivateMessageDeleted':
      changeMessage(draft, event.messageId, { text: '', deleted: true });
      return;

    case 'MessageReacted':
    case 'PrivateMessageReacted':
      react(draft, event);
      return;
  }
}

function messageOf(event: EventOf<'ChatPosted' | 'PrivateMessagePosted'>): ChatMessage {
  const { messageId: id, participantId, name, text, at, replyTo } = event;
  const isAnnounced = event.type === 'ChatPosted' && event.announcement === true;
  const message = { id, participantId, name, text, at, editedAt: null, deleted: false };
  return { ...message, ...(replyTo !== undefined && { replyTo }), ...(isAnnounced && { announcement: true }) };
}

function changeMessage(
  draft: RoomDraft,
  messageId: string,
  change: { readonly text: string; readonly editedAt?: number; readonly deleted?: boolean },
): void {
  const index = draft.room.chat.findLastIndex((message) => message.id === messageId);
  const message = draft.room.chat[index];
  if (message === undefined || message.deleted) return;
  const { file, reactions, ...rest } = message;
  const kept = change.deleted ? {} : { ...(file && { file }), ...(reactions && { reactions }) };
  const changed = { ...rest, ...change, ...kept };
  draft.replaceChat(index, changed);
  if (changed.to !== undefined) draft.forgetOldest(changed);
}

function react(draft: RoomDraft, event: EventOf<'MessageReacted' | 'PrivateMessageReacted'>): void {
  const index = draft.room.chat.findLastIndex((message) => message.id === event.messageId);
  const message = draft.room.chat[index];
  if (message === undefined || message.deleted) return;
  const { reactions: before = [], ...rest } = message;
  const reactions = withReaction(before, event);
  draft.replaceChat(index, reactions.length === 0 ? rest : { ...rest, reactions });
}
