import type { RedactedRoom } from '../../core/room/redact.ts';

/** The most chat text that somebody gets with a room; older messages are left out. */
const CHAT_CHARACTERS = 512 << 10;

export function withNewestChat(room: RedactedRoom, characters = CHAT_CHARACTERS): RedactedRoom {
  let left = characters;
  let from = room.chat.length;
  for (let index = room.chat.length - 1; index >= 0; index -= 1) {
    left -= room.chat[index]?.text.length ?? 0;
    if (left < 0) break;
    from = index;
  }
  return from === 0 ? room : { ...room, chat: room.chat.slice(from) };
}
