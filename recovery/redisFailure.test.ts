import { expect, test } from 'vitest';
import { Unavailable } from '../core/ports.ts';
import { isRefusedUntilReady, isUnknownReply, meansFull, meansUnavailable, toUnavailable } from './redisFailure.ts';

const reply = (message: string): Error => Object.assign(new Error(message), { name: 'ReplyError' });

test.each([
  ['MISCONF Redis is configured to save RDB snapshots, but it is unable to persist on disk.', 'free space'],
  ["READONLY You can't write against a read only replica.", 'master'],
  ['LOADING Redis is loading the dataset in memory', 'goes on by itself'],
  [
    'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
    'no longer the master',
  ],
  ['NOREPLICAS Not enough good replicas to write.', 'replicas'],
  ['CLUSTERDOWN The cluster is down', 'CLUSTER INFO'],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'password'],
])('the message for the Redis failure "%s" says what to do', (message, advice) => {
  const failure = toUnavailable('append', reply(message));
  expect(failure).toBeInstanceOf(Unavailable);
  expect(failure).toMatchObject({ message: expect.stringContaining(advice), cause: reply(message) });
  expect(meansUnavailable(reply(message))).toBe(true);
});

test('a full Redis still serves: it refuses what needs memory, and says what to do', () => {
  const full = reply("OOM command not allowed when used memory > 'maxmemory'. script: 1a2b, on @user_script:30.");
  expect(toUnavailable('append', full)).toMatchObject({ message: expect.stringContaining('maxmemory'), cause: full });
  expect([meansFull(full), meansUnavailable(full), isUnknownReply(full)]).toEqual([true, false, false]);
});

test.each(['Command timed out', 'Connection is closed.', 'connect ECONNREFUSED /x'])(
  'the Redis failure "%s" means that no answer came',
  (message) => {
    expect(toUnavailable('append', new Error(message))).toMatchObject({
      name: 'Unavailable',
      what: 'redis',
      message: 'Could not append. No answer from Redis. Is it running, and reachable from here?',
    });
  },
);

test.each(['WRONGTYPE Operation against a key', 'ERR syntax error', 'NEWCODE from a Redis of the future'])(
  'the Redis failure "%s" concerns one command, not Redis as a whole',
  (message) => {
    const failure = toUnavailable('append', reply(message));
    expect(failure).toBeInstanceOf(Unavailable);
    expect(failure).toMatchObject({ message: `Could not append. Redis refused it: ${message}`, cause: reply(message) });
    expect(meansUnavailable(reply(message))).toBe(false);
    expect(isUnknownReply(reply(message))).toBe(true);
  },
);

test('an error of the language is a bug, and passed on as it is', () => {
  const bug = new TypeError('x is not a function');
  expect(toUnavailable('append', bug)).toBe(bug);
  expect(meansUnavailable(bug)).toBe(false);
  expect(isUnknownReply(bug)).toBe(false);
});

test('only commands that Redis has not begun are sent again', () => {
  expect(isRefusedUntilReady(reply('LOADING Redis is loading'))).toBe(true);
  expect(isRefusedUntilReady(new Error("Stream isn't writeable and enableOfflineQueue options is false"))).toBe(true);
  expect(isRefusedUntilReady(new Error('Command timed out'))).toBe(false);
  expect(isRefusedUntilReady(new Error('Connection is closed.'))).toBe(false);
});
