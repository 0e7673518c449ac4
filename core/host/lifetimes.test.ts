import { expect, test } from 'vitest';
import { created, disconnected, joined, knocked, NOW, stateOf } from '../../test/support/room.ts';
import { nextDeadline } from '../room/queries.ts';
import { EMPTY_ROOM } from '../room/state.ts';
import { deadlineOf } from './lifetimes.ts';

const LIFETIMES = { emptyMs: 1_000, retentionMs: 500 };

test('a room is looked at when somebody expires, when it was empty for its time, and when it was closed for its time', () => {
  const closed = stateOf(created(), { type: 'RoomClosed', at: NOW });
  expect(deadlineOf(EMPTY_ROOM, 0, LIFETIMES)).toBeNull();
  expect(deadlineOf(stateOf(created()), NOW, LIFETIMES)).toBe(NOW + 1_000);
  expect(deadlineOf(stateOf(created()), NOW, { ...LIFETIMES, emptyMs: 0 })).toBeNull();
  expect(deadlineOf(stateOf(created(), joined('ann', 1)), NOW, LIFETIMES)).toBeNull();
  expect(deadlineOf(stateOf(created(), joined('ann', 1), disconnected('ann', 1, 7)), NOW, LIFETIMES)).toBe(7);
  const waiting = stateOf(created(), knocked('zoe'));
  expect(deadlineOf(waiting, NOW, LIFETIMES)).toBe(nextDeadline(waiting));
  expect(deadlineOf(closed, NOW, LIFETIMES)).toBe(NOW + 500);
  expect(deadlineOf(closed, NOW, { ...LIFETIMES, retentionMs: 0 })).toBe(NOW);
});
