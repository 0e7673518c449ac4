import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UNSHARED_MS } from '../../../core/files/UploadsBegun.ts';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import { guessesKey, ownRoomsKey, uploadsKey } from '../../../recovery/keys.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { recordingLogger, systemClock } from '../../support/system.ts';

let server: TestRedis;
let side: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  side = new Redis(server.options);
});
afterAll(async () => {
  side.disconnect();
  await server.stop();
});

function start(nodeId: string): Promise<Recovery> {
  const options = { redis: { url: server.url }, durability: { mode: 'async' as const }, clock: systemClock };
  return createRecovery({ ...options, nodeId, logger: recordingLogger() });
}

test('[S11] guesses at a password count on all nodes, through a restart, and each makes the next one wait longer', async () => {
  let first = await start('first');
  const second = await start('second');
  try {
    for (let n = 0; n < 10; n += 1) {
      if (n === 5) {
        await first.close();
        first = await start('first again');
      }
      expect(await (n % 2 === 0 ? first : second).guesses.pay('room')).toBe(0);
    }
    // The eleventh is tried, and makes the room wait.
    expect(await first.guesses.pay('room')).toBe(0);
    const waitMs = await second.guesses.pay('room');
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(1_000);
    expect(await second.guesses.pay('another')).toBe(0);

    // The wait is over: the next guess makes it longer.
    await side.hset(guessesKey('room'), 'until', '0', 'count', '30');
    expect(await first.guesses.pay('room')).toBe(0);
    const longest = await first.guesses.pay('room');
    expect(longest).toBeGreaterThan(1_000);
    expect(longest).toBeLessThanOrEqual(60_000);

    // Somebody knew the password.
    await second.guesses.refund('room');
    expect(await side.hget(guessesKey('room'), 'count')).toBe('30');
    expect(await first.guesses.pay('room')).toBe(0);
    expect(await side.pttl(guessesKey('room'))).toBeGreaterThan(0);
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
});

test('rooms of one owner count on all nodes, through a restart, until they end', async () => {
  let first = await start('first');
  const second = await start('second');
  try {
    const take = (node: Recovery, roomId: string) => node.roomsByOwner.take('owner', roomId, 3);
    expect(await take(first, 'a')).toBe(true);
    expect(await take(second, 'b')).toBe(true);
    await first.close();
    first = await start('first again');
    expect(await take(first, '{c} ü')).toBe(true);
    // The same again is no other room.
    expect(await take(first, '{c} ü')).toBe(true);
    expect([await take(first, 'd'), await take(second, 'd')]).toEqual([false, false]);
    expect(await first.roomsByOwner.take('another', 'd', 3)).toBe(true);

    await second.roomsByOwner.giveBack('owner', 'b');
    expect([await take(first, 'd'), await take(first, 'e')]).toEqual([true, false]);

    // They were made an hour ago. Two of them are open, and d has ended.
    for (const roomId of ['a', '{c} ü']) await second.roomIndex.touch(roomId, Date.now(), null);
    const made = await side.zrange(ownRoomsKey('owner'), 0, '-1');
    for (const member of made) await side.zadd(ownRoomsKey('owner'), Date.now() - 3_600_000, member);
    expect([await take(first, 'e'), await take(second, 'f')]).toEqual([true, false]);
    await second.roomIndex.remove('a', null);
    expect(await take(second, 'f')).toBe(true);
    expect(await side.pttl(ownRoomsKey('owner'))).toBeGreaterThan(0);
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
});

test('uploads that were begun count on all nodes, through a restart, until they end or a day has passed', async () => {
  let first = await start('first');
  const second = await start('second');
  try {
    const limits = { ofOwner: 2, files: 3, bytes: 100 };
    const begin = (node: Recovery, fileId: string, owner: string, bytes: number) =>
      node.uploadsBegun.begin('room', { fileId, owner, bytes }, limits);
    expect(await begin(first, 'a', 'ann', 60)).toBe('begun');
    expect(await begin(second, 'b', 'bob {} ü', 41)).toBe('full');
    await first.close();
    first = await start('first again');
    expect(await begin(first, 'b', 'bob {} ü', 41)).toBe('full');
    expect(await begin(first, 'b', 'bob {} ü', 40)).toBe('begun');
    // An answer was lost: the same again.
    expect(await begin(first, 'b', 'bob {} ü', 40)).toBe('begun');
    expect(await second.uploadsBegun.begin('another room', { fileId: 'c', owner: 'ann', bytes: 99 }, limits)).toBe(
      'begun',
    );

    await second.uploadsBegun.end('room', 'b');
    expect(await begin(second, 'c', 'ann', 0)).toBe('begun');
    expect(await begin(first, 'd', 'ann', 0)).toBe('too many');
    expect(await begin(first, 'd', 'cat', 0)).toBe('begun');
    expect(await begin(second, 'e', 'dan', 0)).toBe('too many');

    expect(await side.pttl(uploadsKey('room'))).toBeGreaterThan(UNSHARED_MS - 3_600_000);
    for (const [fileId, kept] of Object.entries(await side.hgetall(uploadsKey('room')))) {
      const aged = kept.replace(/^\d+/, (begunAt) => String(Number(begunAt) - UNSHARED_MS - 1));
      await side.hset(uploadsKey('room'), fileId, aged);
    }
    expect(await begin(second, 'e', 'ann', 100)).toBe('begun');
    expect(await side.hkeys(uploadsKey('room'))).toEqual(['e']);
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
});
