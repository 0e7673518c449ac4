import { describe, expect, test } from 'vitest';
import { JournalCorrupt } from '../../core/ports.ts';
import { decodeCommit } from './codec.ts';

const place = { version: 7, commitId: 'c7', prev: 'c6' };
const good = { commandId: 'command', actor: { kind: 'operator' }, at: 1, events: [{ type: 'RoomClosed', at: 1 }] };

describe('a record that Everroom did not write', () => {
  test.each([
    ['no JSON', '{"commandId":'],
    ['no object', '7'],
    ['null', 'null'],
    ['no command id', JSON.stringify({ ...good, commandId: undefined })],
    ['no time', JSON.stringify({ ...good, at: 'noon' })],
    ['no actor', JSON.stringify({ ...good, actor: null })],
    ['an unknown actor', JSON.stringify({ ...good, actor: { kind: 'ghost' } })],
    [
      'a participant without session',
      JSON.stringify({ ...good, actor: { kind: 'participant', participantId: 'ann' } }),
    ],
    ['no events', JSON.stringify({ ...good, events: {} })],
    ['an event that is none', JSON.stringify({ ...good, events: ['RoomClosed'] })],
    ['an unknown event type', JSON.stringify({ ...good, events: [{ type: 'RoomPainted' }] })],
    ['an inherited name for a type', JSON.stringify({ ...good, events: [{ type: 'constructor' }] })],
    ['a shape of the future', JSON.stringify({ ...good, events: [{ type: 'RoomClosed', shape: 99, at: 1 }] })],
    ['a shape that is no number', JSON.stringify({ ...good, events: [{ type: 'RoomClosed', shape: '1', at: 1 }] })],
  ])('a journal record that is damaged (%s) is refused, naming the room and the version', (_, record) => {
    const decode = () => decodeCommit('my room', { ...place, record });
    expect(decode).toThrow(JournalCorrupt);
    expect(decode).toThrow('"my room", version 7');
  });

  test('a good journal record is read', () => {
    expect(decodeCommit('my room', { ...place, record: JSON.stringify(good) })).toEqual({ ...place, ...good });
  });
});
