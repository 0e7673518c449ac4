import { expect, it } from 'vitest';
import type { ChatLine } from '../../../model/Meeting.ts';
import { findMessages, placeIn } from './findMessages.ts';

function line(id: string, text: string, change: Partial<ChatLine> = {}): ChatLine {
  const base = { authorId: 'a', name: 'Édouard', at: 0, edited: false, deleted: false, own: false } as const;
  return { id, text, ...base, state: 'sent', ...change };
}

it('messages are found by a part of their text or of the author, in large and small letters, with and without accents', () => {
  const chat = [line('1', 'Der Fahrplan steht'), line('2', 'ein Café'), line('3', 'plan b'), line('4', 'x')];
  expect(findMessages(chat, ' PLAN ')).toEqual(['1', '3']);
  expect(findMessages(chat, 'cafe')).toEqual(['2']);
  expect(findMessages(chat, 'edouard')).toEqual(['1', '2', '3', '4']);
});

it('a search without words finds nothing, and none finds what was deleted', () => {
  expect(findMessages([line('1', 'a')], ' ')).toEqual([]);
  expect(findMessages([line('1', '', { deleted: true })], 'douard')).toEqual([]);
});

it('a search begins at the newest message found, and stays at the one that is shown while others come', () => {
  expect(placeIn(['1', '3'], null)).toBe(1);
  expect(placeIn(['1', '3', '4'], '3')).toBe(1);
  expect(placeIn(['1', '4'], '3')).toBe(1);
  expect(placeIn([], '3')).toBe(-1);
});
