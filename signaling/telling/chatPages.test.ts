import { expect, it } from 'vitest';
import { redactState } from '../../core/room/redact.ts';
import type { ChatMessage } from '../../core/room/state.ts';
import { created, stateOf } from '../../test/support/room.ts';
import { chatBefore, withNewestChat } from './chatPages.ts';

const chatOf = (count: number, text = 'x'): ChatMessage[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ id: `m${index}`, participantId: 'ann', name: 'Ann', text, at: index, editedAt: null, deleted: false },
  }));
const roomWith = (chat: ChatMessage[]) => redactState({ ...stateOf(created()), chat }, 'participant');

it('a room comes with its last messages, and its pages together are its chat', () => {
  for (const [count, text] of [
    [0, 'x'],
    [1, 'x'.repeat(100_000)],
    [50, 'x'],
    [51, 'x'],
    [173, 'x'],
    [90, 'x'.repeat(4_000)],
  ] as const) {
    const chat = chatOf(count, text);
    const { room, earlierChat } = withNewestChat(roomWith(chat));
    const seen = [...room.chat];
    let more = earlierChat;
    while (more) {
      const page = chatBefore(chat, seen[0]?.id ?? '');
      expect(page.messages.length).toBeGreaterThan(0);
      expect(page.messages.length).toBeLessThanOrEqual(50);
      expect(page.messages.reduce((sum, message) => sum + message.text.length, 0)).toBeLessThanOrEqual(100_000);
      seen.unshift(...page.messages);
      ({ more } = page);
    }
    expect(seen).toEqual(chat);
  }
});

it('nothing is before a message that the room does not keep', () => {
  expect(chatBefore(chatOf(10), 'gone')).toEqual({ messages: [], more: false });
});
