import { describe, expect, it } from 'vitest';
import type { ChatLine } from '../../model/Meeting.ts';
import { groupMessages } from './groupMessages.ts';

const noon = new Date(2026, 5, 1, 12).getTime();
const minute = 60_000;

function line(id: string, authorId: string, at: number): ChatLine {
  return { id, authorId, name: authorId, text: id, at, edited: false, deleted: false, own: false, state: 'sent' };
}

describe('groupMessages', () => {
  it('messages of one author in a row stand under one name', () => {
    const groups = groupMessages([line('1', 'a', noon), line('2', 'a', noon + minute), line('3', 'b', noon + minute)]);
    expect(groups.map((group) => group.lines.map(({ id }) => id))).toEqual([['1', '2'], ['3']]);
  });

  it('a group of messages ends at a pause', () => {
    expect(groupMessages([line('1', 'a', noon), line('2', 'a', noon + 6 * minute)])).toHaveLength(2);
  });

  it('a group of messages ends at midnight and says so', () => {
    const midnight = new Date(2026, 5, 2).getTime();
    const groups = groupMessages([line('1', 'a', midnight - minute), line('2', 'a', midnight + minute)]);
    expect(groups.map(({ newDay }) => newDay)).toEqual([false, true]);
  });

  it('no messages make no groups', () => {
    expect(groupMessages([])).toEqual([]);
  });
});
