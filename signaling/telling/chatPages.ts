import type { RedactedRoom } from '../../core/room/redact.ts';
import type { ChatMessage } from '../../core/room/state.ts';

/** Bounds of one page of chat, which has at least one message. */
const PAGE_MESSAGES = 50;
const PAGE_CHARACTERS = 64 << 10;

/** Returns where the page begins that ends before `end`. */
function pageStart(chat: readonly ChatMessage[], end: number): number {
  let left = PAGE_CHARACTERS;
  let from = end;
  while (from > 0 && end - from < PAGE_MESSAGES) {
    left -= chat[from - 1]?.text.length ?? 0;
    if (left < 0 && from < end) break;
    from -= 1;
  }
  return from;
}

interface WithNewestChat {
  readonly room: RedactedRoom;
  readonly earlierChat: boolean;
}

/** Many people get the same state. */
const KNOWN = new WeakMap<RedactedRoom, WithNewestChat>();

/** Returns the room with the last page of its chat. */
export function withNewestChat(room: RedactedRoom): WithNewestChat {
  const known = KNOWN.get(room) ?? cutChat(room);
  KNOWN.set(room, known);
  return known;
}

function cutChat(room: RedactedRoom): WithNewestChat {
  const from = pageStart(room.chat, room.chat.length);
  return from === 0
    ? { room, earlierChat: false }
    : { room: { ...room, chat: room.chat.slice(from) }, earlierChat: true };
}

/** Returns the page before a message, oldest first. It is empty if the room does not keep the message any more. */
export function chatBefore(
  chat: readonly ChatMessage[],
  messageId: string,
): { readonly messages: readonly ChatMessage[]; readonly more: boolean } {
  const end = Math.max(
    0,
    chat.findIndex(({ id }) => id === messageId),
  );
  const from = pageStart(chat, end);
  return { messages: chat.slice(from, end), more: from > 0 };
}
