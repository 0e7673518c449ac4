import { expect, test } from 'vitest';
import { Unavailable } from '../../core/ports.ts';
import { toWireError } from './WireRefusal.ts';

test('a room that was just closed here says so to the client', () => {
  const error = new Unavailable('room', 'Room standup was just closed here; ask again.');
  expect(toWireError(error)).toEqual({ code: 'JOURNAL_UNAVAILABLE', message: error.message });
});

test('[S2] an answer does not name the Redis server that is away', () => {
  const error = new Unavailable('redis', 'Could not reach Redis at redis.internal:6379.');
  expect(toWireError(error)?.message).toMatch(/Ask again with the same command id/);
  expect(toWireError(error)?.message).not.toContain('internal');
});

test('the answer to a bug has nothing of its message', () => {
  expect(toWireError(new TypeError('x is not a function'))).toBeNull();
});
