import { describe, expect, it } from 'vitest';
import type { ChatLine } from '../../model/Meeting.ts';
import { countUnread } from './countUnread.ts';

function line(id: string, change: Partial<ChatLine> = {}): ChatLine {
  const base = { authorId: 'a', name: 'a', text: id, at: 0, edited: false, deleted: false, own: false } as const;
  return { id, ...base, state: 'sent', ...change };
}

describe('countUnread', () => {
  it('messages that others wrote after the last seen one are unread', () => {
    const chat = [line('1'), line('2'), line('3', { own: true }), line('4', { deleted: true }), line('5')];
    expect(countUnread(chat, '1')).toBe(2);
    expect(countUnread(chat, '5')).toBe(0);
  });

  it('all messages are unread if none was seen, or the seen one is gone', () => {
    expect(countUnread([line('1'), line('2')], null)).toBe(2);
    expect(countUnread([line('1'), line('2')], 'gone')).toBe(2);
  });
});
