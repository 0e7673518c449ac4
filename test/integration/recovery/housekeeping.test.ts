import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock, NodeInfo } from '../../../core/ports.ts';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import { nodeRoomsKey, nodesKey, roomDeadlinesKey } from '../../../recovery/keys.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { silentLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';

let server: TestRedis;
let side: Redis;
const cleanups: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  server = await startTestRedis();
  side = new Redis(server.options);
  side.on('error', () => {}); // Some tests kill the server.
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  side.disconnect();
  await server.stop();
});

/** What a node was asked to do, in order: `dead ROOM NODE` or `due ROOM`. */
interface TestNode extends Recovery {
  readonly nodeId: string;
  readonly asked: string[];
  /** The node stands still, as after SIGSTOP: none of its timers fires until `resume`. */
  pause(): void;
  resume(): void;
  /** The node is gone without a word. */
  crash(): Promise<void>;
}

const infoOf = (nodeId: string): NodeInfo => ({
  nodeId,
  name: nodeId,
  url: `http://${nodeId}`,
  startedAt: 1,
  draining: false,
  load: 0,
  capacity: 500,
  rooms: 0,
  participants: 0,
});

async function startNode(nodeId: string, work: (what: string) => Promise<void> = async () => {}): Promise<TestNode> {
  const standing: (() => void)[] = [];
  let paused = false;
  const clock: Clock = {
    now: systemClock.now,
    setTimer: (afterMs, run) => systemClock.setTimer(afterMs, () => (paused ? standing.push(run) : run())),
  };
  const recovery = await createRecovery({
    redis: { url: server.url, commandTimeoutMs: 500 },
    durability: { mode: 'async' },
    nodeId,
    clock,
    logger: silentLogger,
  });
  const asked: string[] = [];
  const ask = async (what: string): Promise<void> => {
    await work(what);
    asked.push(what);
  };
  await recovery.registry.start(() => infoOf(nodeId));
  recovery.housekeeper.start({
    onDeadNode: (roomId, deadNodeId) => ask(`dead ${roomId} ${deadNodeId}`),
    onDeadline: (roomId) => ask(`due ${roomId}`),
  });
  let crashed = false;
  const node: TestNode = {
    ...recovery,
    nodeId,
    asked,
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      for (const run of standing.splice(0)) run();
    },
    async crash() {
      if (crashed) return;
      crashed = true;
      paused = true;
      await recovery.close();
    },
  };
  cleanups.push(async () => {
    if (crashed) return;
    node.resume();
    await recovery.housekeeper.stop();
    await recovery.registry.stop();
    await recovery.close();
  });
  return node;
}

const known = async (node: TestNode): Promise<string[]> =>
  (await node.registry.nodes()).map(({ nodeId }) => nodeId).sort();
const heldBy = async (nodeId: string): Promise<string[]> => (await side.smembers(nodeRoomsKey(nodeId))).sort();

describe('nodes', () => {
  test('know each other while they live, with what they say about themselves', async () => {
    const a = await startNode('a');
    const b = await startNode('b');
    expect(await a.registry.nodes()).toEqual([infoOf('a'), infoOf('b')]);
    await b.registry.stop();
    expect(await known(a)).toEqual(['a']);
    expect(await side.zrange(nodesKey(), '0', '-1')).toEqual(['a']);
  });

  test('[R1] the rooms of a node that died are looked after by another one, each once, and the node is forgotten', async () => {
    const a = await startNode('a');
    const b = await startNode('b');
    const c = await startNode('c');
    const rooms = Array.from({ length: 30 }, (_, i) => `room:{${i}}`);
    for (const room of rooms) await a.registry.holdRoom(room);
    await a.registry.holdRoom('left');
    await a.registry.releaseRoom('left');
    await a.crash();
    await waitUntil(
      async () => (await side.zscore(nodesKey(), 'a')) === null || 'the dead node is not forgotten',
      15_000,
    );
    expect([...b.asked, ...c.asked].sort()).toEqual(rooms.map((room) => `dead ${room} a`).sort());
    expect(await heldBy('a')).toEqual([]);
    expect(await known(b)).toEqual(['b', 'c']);
  });

  test('[R1] a room that could not be looked after is tried again', async () => {
    const a = await startNode('a');
    let failures = 0;
    const b = await startNode('b', async (what) => {
      if (what === 'dead bad a' && failures++ < 2) throw new Error('not now');
    });
    await a.registry.holdRoom('bad');
    await a.registry.holdRoom('good');
    await a.crash();
    await waitUntil(
      async () => (await side.zscore(nodesKey(), 'a')) === null || 'the dead node is not forgotten',
      15_000,
    );
    expect(b.asked.filter((what) => what === 'dead bad a')).toHaveLength(1);
    expect(failures).toBe(3);
  });

  test('[R1] a node that stops while it holds rooms leaves them to the others at once', async () => {
    const b = await startNode('b');
    await sleep(4_500); // What a node that just came says of others does not count yet.
    const a = await startNode('a');
    await a.registry.holdRoom('room');
    await a.housekeeper.stop();
    await a.registry.stop();
    expect(await known(b)).toEqual(['b']);
    await waitUntil(() => b.asked.length > 0 || 'nobody looked after the room', 2_500);
    expect(b.asked).toEqual(['dead room a']);
    await a.crash();
  });

  test('[R1] a node that stood still, and was called dead, is back by itself with all its rooms', async () => {
    const a = await startNode('a');
    const b = await startNode('b');
    await a.registry.holdRoom('room-1');
    await a.registry.holdRoom('room-2');
    a.pause();
    await waitUntil(
      async () => (await side.zscore(nodesKey(), 'a')) === null || 'the dead node is not forgotten',
      15_000,
    );
    expect(await known(b)).toEqual(['b']);
    a.resume();
    await waitUntil(async () => (await known(b)).length === 2 || 'the node is not known again', 3_000);
    await waitUntil(async () => (await heldBy('a')).length === 2 || 'its rooms are not known again', 3_000);
    expect(a.asked).toEqual([]);
  });

  test('nobody is called dead because Redis was away', async () => {
    const a = await startNode('a');
    const b = await startNode('b');
    await a.registry.holdRoom('room-a');
    await b.registry.holdRoom('room-b');
    await sleep(4_500);
    await server.kill();
    await sleep(4_000);
    await server.start();
    await waitUntil(async () => (await known(a)).length === 2 || 'the nodes do not know each other again');
    await sleep(2_500); // Three sweeps.
    expect([...a.asked, ...b.asked]).toEqual([]);
    server.pause();
    await sleep(4_000);
    server.resume();
    await sleep(2_500); // Three sweeps.
    expect([...a.asked, ...b.asked]).toEqual([]);
  });

  test('what Redis lost of the nodes is there again within two beats', async () => {
    const a = await startNode('a');
    const b = await startNode('b');
    await a.registry.holdRoom('room-1');
    await b.registry.holdRoom('room-2');
    await side.flushall();
    await waitUntil(async () => (await known(a)).length === 2 || 'the nodes do not know each other again', 2_500);
    await waitUntil(
      async () => (await heldBy('a')).length + (await heldBy('b')).length === 2 || 'rooms are missing',
      2_500,
    );
    expect([...a.asked, ...b.asked]).toEqual([]);
  });
});

describe('deadlines of rooms', () => {
  test('a deadline that has passed is met, by one of the nodes, and is over', async () => {
    const a = await startNode('a');
    const b = await startNode('b');
    const now = Date.now();
    const rooms = Array.from({ length: 200 }, (_, i) => `room-${i}`);
    await Promise.all(rooms.map((room) => a.roomIndex.touch(room, now, now - 1)));
    await a.roomIndex.touch('later', now, now + 600_000);
    await a.roomIndex.touch('changed its mind', now, now);
    await a.roomIndex.touch('changed its mind', now, null);
    await waitUntil(
      () => a.asked.length + b.asked.length >= 200 || `${a.asked.length + b.asked.length} of 200 deadlines met`,
    );
    await sleep(1_500);
    expect([...a.asked, ...b.asked].sort()).toEqual(rooms.map((room) => `due ${room}`).sort());
    expect(await side.zrange(roomDeadlinesKey(), '0', '-1')).toEqual(['later']);
  });

  test('[R1] one that could not be met is tried again, also when whoever had claimed it died', async () => {
    let died = false;
    const a = await startNode('a', () => {
      died = true;
      return new Promise(() => {}); // Never comes back from it.
    });
    let failures = 0;
    await a.roomIndex.touch('room', Date.now(), Date.now());
    await waitUntil(() => died || 'nobody claimed the deadline');
    await a.crash();
    const b = await startNode('b', async () => {
      if (failures++ < 2) throw new Error('not now');
    });
    await waitUntil(() => b.asked.length > 0 || 'the deadline was not met', 20_000);
    expect(b.asked).toEqual(['due room']);
    expect(failures).toBe(3);
  });

  test('a new deadline given while the old one is met stays', async () => {
    const later = Date.now() + 600_000;
    const a: TestNode = await startNode('a', async () => a.roomIndex.touch('room', Date.now(), later));
    await a.roomIndex.touch('room', Date.now(), Date.now());
    await waitUntil(() => a.asked.length > 0 || 'the deadline was not met');
    expect(await side.zrange(roomDeadlinesKey(), '0', '-1', 'WITHSCORES')).toEqual(['room', String(later)]);
  });

  test('deadlines that Redis lost, or that were set while it was away, are there when it is back', async () => {
    const a = await startNode('a');
    const later = Date.now() + 600_000;
    await a.roomIndex.touch('before', Date.now(), later);
    await side.del(roomDeadlinesKey());
    await server.kill();
    const failed = expect.objectContaining({ name: 'JournalUnavailable' });
    await expect(a.roomIndex.touch('meanwhile', Date.now(), later + 1)).rejects.toEqual(failed);
    await server.start();
    await waitUntil(async () => (await side.zcard(roomDeadlinesKey())) === 2 || 'deadlines are missing');
    expect(await side.zrange(roomDeadlinesKey(), '0', '-1')).toEqual(['before', 'meanwhile']);
  });

  test('rooms are listed by last activity', async () => {
    const a = await startNode('a');
    await a.roomIndex.touch('old', 1_000, null);
    await a.roomIndex.touch('{new}:\ud800', 3_000, null);
    await a.roomIndex.touch('gone', 4_000, 5_000);
    await a.roomIndex.touch('old', 500, null);
    await a.roomIndex.remove('gone');
    expect(await a.roomIndex.list(10)).toEqual([
      { roomId: '{new}:\ud800', lastActivityAt: 3_000 },
      { roomId: 'old', lastActivityAt: 1_000 },
    ]);
    expect(await a.roomIndex.list(1)).toHaveLength(1);
    expect(await a.roomIndex.list(0)).toEqual([]);
  });
});
