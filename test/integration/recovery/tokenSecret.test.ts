import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import { nodesKey, tokenSecretKey } from '../../../recovery/keys.ts';
import { nodeInfo } from '../../support/nodeInfo.ts';
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

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await side.flushall();
});

async function start(
  nodeId: string,
  tokenSecretFingerprint: string,
  logger = recordingLogger(),
  oldTokenSecretFingerprints: readonly string[] = [],
): Promise<Recovery> {
  const recovery = await createRecovery({
    redis: { url: server.url },
    durability: { mode: 'async' },
    nodeId,
    clock: systemClock,
    logger,
    tokenSecretFingerprint,
    oldTokenSecretFingerprints,
  });
  let ended = false;
  ends.push(async () => {
    if (ended) return;
    ended = true;
    await recovery.registry.stop();
    await recovery.close();
  });
  return recovery;
}

async function serve(recovery: Recovery, nodeId: string): Promise<void> {
  await recovery.registry.start(() => nodeInfo(nodeId));
  await recovery.confirmTokenSecret();
}

const otherSecret = expect.objectContaining({
  name: 'OtherTokenSecret',
  message: expect.stringContaining('secrets.json'),
});

test('[S1] a node with another TOKEN_SECRET than those that serve does not start, and says what to do', async () => {
  await serve(await start('a', 'one'), 'a');
  await serve(await start('b', 'one'), 'b');
  await expect(start('c', 'other')).rejects.toEqual(otherSecret);
  expect(await side.get(tokenSecretKey())).toBe('one');
});

test('the first node after all have stopped may bring a new TOKEN_SECRET; one that has just died counts as stopped soon', async () => {
  const a = await start('a', 'one');
  await serve(a, 'a');
  await a.registry.stop();
  // As if it had been killed just now.
  const [seconds] = await side.time();
  await side.zadd(nodesKey(), Number(seconds) * 1_000, 'killed');
  const logger = recordingLogger();
  await serve(await start('b', 'other', logger), 'b');
  expect(logger.lines.map(({ message }) => message).join()).toContain('TOKEN_SECRET was changed');
});

test('of two nodes that start at the same moment with different secrets one does not serve', async () => {
  const a = await start('a', 'one');
  const b = await start('b', 'other');
  await serve(b, 'b');
  await expect(serve(a, 'a')).rejects.toEqual(otherSecret);
});

test('a new secret takes over node by node, where each node takes the tokens of both', async () => {
  const first = await start('first', 'old', recordingLogger(), ['new']);
  await serve(first, 'first');
  const second = await start('second', 'new', recordingLogger(), ['old']);
  await serve(second, 'second');
  expect(await side.get(tokenSecretKey())).toBe('new');
  await serve(await start('third', 'old', recordingLogger(), ['new']), 'third');
  await expect(start('stranger', 'other', recordingLogger(), ['another'])).rejects.toEqual(otherSecret);
});
