import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Journal, JournalFull, NO_TAIL } from '../../../core/ports.ts';
import { ORIGIN, type Position } from '../../../core/room/commit.ts';
import { EMPTY_ROOM } from '../../../core/room/state.ts';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import { commitsAfter, positionOf } from '../../contract/commits.ts';
import { nodeInfo } from '../../support/nodeInfo.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { silentLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';

let server: TestRedis;
let side: Redis;
beforeAll(async () => {
  server = await startTestRedis({
    appendfsync: 'always',
    settings: { maxmemory: '8mb', 'maxmemory-policy': 'noeviction' },
  });
  side = new Redis(server.options);
  side.on('error', () => {}); // A test restarts the server.
});
afterAll(async () => {
  side.disconnect();
  await server.stop();
});

const connect = (nodeId: string): Promise<Recovery> =>
  createRecovery({
    redis: { url: server.url, commandTimeoutMs: 1_000 },
    durability: { mode: 'async' },
    nodeId,
    clock: systemClock,
    logger: silentLogger,
  });

/** Appends until the journal refuses, and returns where it stands. */
async function fill(journal: Journal, roomId: string): Promise<Position> {
  let end: Position = ORIGIN;
  for (;;) {
    const commits = commitsAfter(end, 10, '😀'.repeat(4_000));
    try {
      await journal.append(roomId, commits, end);
    } catch (error) {
      if (error instanceof JournalFull) return end;
      throw error;
    }
    end = positionOf(commits.at(-1));
  }
}

test('a full Redis refuses by name, reads, takes what frees memory, and serves a node that starts', async () => {
  const node = await connect('node-1');
  const { journal } = node;
  const end = await fill(journal, 'room');
  expect(journal.available).toBe(true);
  expect(await journal.position('room')).toEqual(end);
  expect((await journal.read('room', end.version - 2, 10)).length).toBe(2);
  const [left] = commitsAfter(end, 1, 'bye');
  if (!left) throw new Error('no commit');
  // Below what it has now: not even a small commit fits.
  await side.config('SET', 'maxmemory', '1mb');
  await expect(journal.append('room', [left], end)).rejects.toThrow(JournalFull);
  expect(await journal.append('room', [left], end, 'reserve')).toEqual({ type: 'appended' });

  // After a crash too.
  await node.close();
  await server.restart();
  await waitUntil(() => side.status === 'ready' || `the connection is ${side.status}`);
  await side.config('SET', 'maxmemory', '1mb');
  const second = await connect('node-2');
  await second.registry.start(() => nodeInfo('node-2'));
  await second.registry.claimRoom('room');
  await second.roomIndex.touch('room', 1, 2);
  expect((await second.registry.nodes()).map(({ nodeId }) => nodeId)).toEqual(['node-2']);
  expect(await second.journal.position('room')).toEqual(positionOf(left));

  // The snapshot stands for the commits, and what was refused fits again.
  await second.journal.saveSnapshot('room', { position: positionOf(left), state: EMPTY_ROOM }, NO_TAIL);
  expect(await side.xlen('everroom:{room}:journal')).toBe(1);
  await side.config('SET', 'maxmemory', '8mb');
  const more = commitsAfter(positionOf(left), 10, '😀'.repeat(4_000));
  expect(await second.journal.append('room', more, positionOf(left))).toEqual({ type: 'appended' });
  expect(await second.journal.position('room')).toEqual(positionOf(more.at(-1)));
  await second.registry.stop();
  await second.close();
});
