import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import { ownRoomsKey } from '../../../recovery/keys.ts';
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
