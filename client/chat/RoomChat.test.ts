import { expect, it } from 'vitest';
import { CHAT_LENGTH } from '../../core/room/rules/input.ts';
import { RoomChat, type RoomChatOptions } from './RoomChat.ts';

it('a chat takes texts of the length that a room takes, and refuses others before they are sent', () => {
  const chat = new RoomChat({} as RoomChatOptions);
  const send = (text: string) => () => chat.send(text);
  for (const text of ['x'.repeat(CHAT_LENGTH), '\u{1F600}'.repeat(CHAT_LENGTH), ` ${'x'.repeat(CHAT_LENGTH)}\n`]) {
    expect(send(text)).toThrow('Connect to the room');
  }
  for (const text of ['', ' \n', '\u200b', 'x'.repeat(CHAT_LENGTH + 1), '\u{1F600}'.repeat(CHAT_LENGTH + 1)]) {
    expect(send(text)).toThrow(RangeError);
  }
});
