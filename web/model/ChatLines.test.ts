import { expect, it } from 'vitest';
import type { ChatEntry } from '../../client/index.ts';
import { ChatLines } from './ChatLines.ts';

function message(id: string, author: string, change: Partial<ChatEntry> = {}): ChatEntry {
  const written = { id, participantId: author, name: author.toUpperCase(), text: id, at: 0 };
  return { ...written, editedAt: null, deleted: false, state: 'sent', ...change };
}

const recipients = (lines: ChatLines, entries: readonly ChatEntry[]) =>
  lines.of([...entries], entries, 'me').map(({ to }) => to?.name);

it('a private message keeps the name of its recipient when that person has left', () => {
  const lines = new ChatLines();
  lines.meet([{ id: 'bob', name: 'Bob' }]);
  const first = message('1', 'me', { to: 'bob' });
  expect(recipients(lines, [first])).toEqual(['Bob']);
  lines.meet([]);
  expect(recipients(lines, [first, message('2', 'ada')])).toEqual(['Bob', undefined]);
});

it('after a reload the name of a recipient who left is the one under what that person wrote or reacted with', () => {
  const entries = [
    message('1', 'me', { to: 'bob' }),
    message('2', 'bob', { to: 'me' }),
    message('3', 'me', { to: 'cyd', reactions: [{ emoji: '👍', people: [{ participantId: 'cyd', name: 'Cyd' }] }] }),
    message('4', 'me', { to: 'dan' }),
  ];
  const lines = new ChatLines();
  lines.meet([{ id: 'me', name: 'Me' }]);
  expect(recipients(lines, entries)).toEqual(['BOB', 'Me', 'Cyd', '']);
});

it('the lines of the chat stay the same object while nothing was written, changed or sent', () => {
  const lines = new ChatLines();
  const recorded = [message('1', 'ada')];
  const before = lines.of(recorded, recorded, 'me');
  expect(lines.of(recorded, [...recorded], 'me')).toBe(before);
  lines.outboxChanged();
  expect(lines.of(recorded, recorded, 'me')).not.toBe(before);
});
