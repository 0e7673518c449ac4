import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import { guessesKey } from '../../../recovery/keys.ts';
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
