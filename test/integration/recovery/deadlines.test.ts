import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, type TestContext, test } from 'vitest';
import type { PeerLink } from '../../../core/cluster/judgeNode.ts';
import type { Clock } from '../../../core/ports.ts';
import { createRecovery, type Recovery, type RecoveryConfig } from '../../../recovery/createRecovery.ts';
import { nodeClientsKey, nodeKey, nodeRoomsKey, nodesKey, roomDeadlinesKey } from '../../../recovery/keys.ts';
import { BEAT_MS, DEAD_AFTER_MS } from '../../../recovery/RedisPresence.ts';
import { nodeInfo } from '../../support/nodeInfo.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { silentLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';

/** The node's tasks, in order: `dead ROOM NODE` or `due ROOM`. */
interface TestNode extends Recovery {
  readonly asked: string[];
  /** Stops the node, like SIGSTOP: none of its timers fires until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends the node without notice. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** Long enough for every node to look dead to the others. */
const ALL_LOOK_DEAD_MS = DEAD_AFTER_MS + BEAT_MS;

type Judging = RecoveryConfig['judging'];

interface World {
  readonly server: TestRedis;
  /** Reads Redis directly, without the nodes. */
  readonly side: Redis;
  /** `work` runs for each task of the node; `asked` gets the task once it succeeded. */
  startNode(nodeId: string, work?: (what: string) => Promise<void>, judging?: Judging): Promise<TestNode>;
  heldBy(nodeId: string): Promise<string[]>;
  /**
   * Waits until each of these nodes judges who is dead, and returns their other tasks: nodes die, one after another,
   * until each of them has looked after one.
   */
  judged(...nodes: readonly TestNode[]): Promise<string[]>;
}

/** Each test has its own Redis: they run side by side, as most of them wait. */
async function startWorld({ onTestFinished }: TestContext): Promise<World> {
  const server = await startTestRedis();
  const side = new Redis(server.options);
  side.on('error', () => {}); // Some tests kill the server.
  const nodes: TestNode[] = [];
  let planted = 0;
  onTestFinished(async () => {
    for (const node of nodes) await node.stop();
    side.disconnect();
    await server.stop();
  });
  return {
    server,
    side,
    async startNode(nodeId, work = async () => {}, judging = undefined) {
      const node = await startNode(server, nodeId, work, judging);
      nodes.push(node);
      return node;
    },
    heldBy: async (nodeId) => (await side.smembers(nodeRoomsKey(nodeId))).sort(),
    async judged(...judges) {
      const isPlanted = (what: string): boolean => what.startsWith('dead planted ');
      const before = new Map(judges.map((node) => [node, node.asked.length]));
      await waitUntil(async () => {
        const late = judges.filter((node) => !node.asked.slice(before.get(node)).some(isPlanted));
        if (late.length === 0) return true;
        if ((await side.zscore(nodesKey(), `planted-${planted}`)) === null) {
          planted += 1;
          await side.sadd(nodeRoomsKey(`planted-${planted}`), 'planted');
          await side.zadd(nodesKey(), 1, `planted-${planted}`);
        }
        return `${late.length} nodes judge nobody`;
      });
      return nodes.flatMap(({ asked }) => asked).filter((what) => !isPlanted(what));
    },
  };
}

async function startNode(
  server: TestRedis,
  nodeId: string,
  work: (what: string) => Promise<void>,
  judging: Judging | undefined,
): Promise<TestNode> {
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
    ...(judging && { judging }),
  });
  const asked: string[] = [];
  const ask = (what: string): Promise<void> => work(what).then(() => void asked.push(what));
  await recovery.registry.start(() => nodeInfo(nodeId));
  recovery.deadlineSweeper.start({
    onDeadNode: (roomId, deadNodeId) => ask(`dead ${roomId} ${deadNodeId}`),
    onDeadline: (roomId) => ask(`due ${roomId}`),
    nodesOfOpenRooms: () => [],
  });
  let ended = false;
  const resume = (): void => {
    paused = false;
    for (const run of standing.splice(0)) run();
  };
  return {
    ...recovery,
    asked,
    pause() {
      paused = true;
    },
    resume,
    async crash() {
      ended = true;
      paused = true;
      await recovery.close();
    },
    async stop() {
      if (ended) return;
      ended = true;
      resume();
      await recovery.deadlineSweeper.stop();
      await recovery.registry.stop();
      await recovery.close();
    },
  };
}

const known = async (node: TestNode): Promise<string[]> =>
  (await node.registry.nodes()).map(({ nodeId }) => nodeId).sort();

describe.concurrent('nodes', () => {
  test('nodes know each other while they live, with what they say about themselves', async (context) => {
    const { side, startNode } = await startWorld(context);
    const a = await startNode('a');
    const b = await startNode('b');
    expect(await a.registry.nodes()).toEqual([nodeInfo('a'), nodeInfo('b')]);
    await b.registry.stop();
    expect(await known(a)).toEqual(['a']);
    expect(await side.zrange(nodesKey(), '0', '-1')).toEqual(['a']);
  });

  test('what an older node does not say of itself has a value that harms nobody', async (context) => {
    const { side, startNode } = await startWorld(context);
    const a = await startNode('a');
    const said = 'nodeId,name,url,startedAt,draining,load,capacity,rooms,participants,journalFormat'.split(',');
    await side.set(nodeKey('older'), JSON.stringify(nodeInfo('older'), said));
    await side.zadd(nodesKey(), Date.now() + 60_000, 'older');
    expect(await a.registry.nodes()).toEqual([nodeInfo('a'), nodeInfo('older')]);
  });

  test('nodes know where the clients of a room are, also after Redis forgot it', async (context) => {
    const { side, startNode } = await startWorld(context);
    const a = await startNode('a');
    const b = await startNode('b');
    const at = async (roomId: string) => [...(await a.registry.nodesWithClients(roomId, ['a', 'b', 'gone']))];
    b.registry.noteClients('room:{1}', true);
    b.registry.noteClients('left', true);
    b.registry.noteClients('left', false);
    await waitUntil(async () => (await at('room:{1}')).join() === 'b' || 'nobody knows where the clients are');
    expect(await at('left')).toEqual([]);
    await side.flushall();
    await waitUntil(async () => (await at('room:{1}')).join() === 'b' || 'it is not known again');
    b.registry.noteClients('room:{1}', false);
    await waitUntil(async () => (await at('room:{1}')).length === 0 || 'b still has clients of the room');
    b.registry.noteClients('room:{1}', true);
    await b.crash();
    await waitUntil(async () => (await side.exists(nodeClientsKey('b'))) === 0 || 'the list outlives its node');
  });

  test('[R1] other nodes look after the rooms of a dead node, each once, and forget the node', async (context) => {
    const { side, startNode, heldBy } = await startWorld(context);
    const a = await startNode('a');
    const b = await startNode('b');
    const c = await startNode('c');
    const rooms = Array.from({ length: 30 }, (_, i) => `room:{${i}}`);
    for (const room of rooms) await a.registry.claimRoom(room);
    await a.registry.claimRoom('left');
    await a.registry.releaseRoom('left');
    await a.crash();
    await waitUntil(async () => (await side.zscore(nodesKey(), 'a')) === null || 'the dead node is not forgotten');
    expect([...b.asked, ...c.asked].sort()).toEqual(rooms.map((room) => `dead ${room} a`).sort());
    expect(await heldBy('a')).toEqual([]);
    expect(await known(b)).toEqual(['b', 'c']);
  });

  test('[R1] a node tries again to look after a room after a failure', async (context) => {
    const { side, startNode } = await startWorld(context);
    const a = await startNode('a');
    let failures = 0;
    const b = await startNode('b', async (what) => {
      if (what === 'dead bad a' && failures++ < 2) throw new Error('not now');
    });
    await a.registry.claimRoom('bad');
    await a.registry.claimRoom('good');
    await a.crash();
    await waitUntil(async () => (await side.zscore(nodesKey(), 'a')) === null || 'the dead node is not forgotten');
    expect(b.asked.filter((what) => what === 'dead bad a')).toHaveLength(1);
    expect(failures).toBe(3);
  });

  test('[R1] a node that stops while it holds rooms leaves them to the others at once', async (context) => {
    const { startNode, judged } = await startWorld(context);
    const b = await startNode('b');
    // A new node's judgement of others does not count yet.
    expect(await judged(b)).toEqual([]);
    const a = await startNode('a');
    await a.registry.claimRoom('room');
    await a.stop();
    expect(await known(b)).toEqual(['b']);
    await waitUntil(() => b.asked.includes('dead room a') || 'nobody looked after the room', 2.5 * BEAT_MS);
    expect(await judged(b)).toEqual(['dead room a']);
  });

  test('[R1] a silent node that may still live is given its time, one whose process has ended is not', async (context) => {
    const { side, startNode } = await startWorld(context);
    const links = new Map<string, PeerLink>([
      ['hangs', 'connected'],
      ['is-cut-off', 'silent'],
      ['was-killed', 'closed'],
    ]);
    const linkTo = (nodeId: string): PeerLink => links.get(nodeId) ?? 'none';
    const a = await startNode('a', undefined, { patienceMs: 6_000, linkTo });
    // Its supervisor has started another process under its name.
    await side.set(nodeKey('restarted'), JSON.stringify(nodeInfo('restarted', { name: 'a', startedAt: -1 })));
    const silent = ['hangs', 'is-cut-off', 'was-killed', 'restarted'];
    for (const nodeId of silent) await side.sadd(nodeRoomsKey(nodeId), 'room');
    const [seconds] = await side.time();
    for (const nodeId of silent) await side.zadd(nodesKey(), Number(seconds) * 1_000, nodeId);
    await waitUntil(() => a.asked.length === silent.length || `only [${a.asked}] are dead`);
    const dead = (nodeId: string): string => `dead room ${nodeId}`;
    expect(new Set(a.asked.slice(0, 2))).toEqual(new Set([dead('was-killed'), dead('restarted')]));
    expect(new Set(a.asked.slice(2))).toEqual(new Set([dead('hangs'), dead('is-cut-off')]));
  });

  test('[R1] a node that stood still and counted as dead comes back by itself with all its rooms', async (context) => {
    const { side, startNode, heldBy } = await startWorld(context);
    const a = await startNode('a');
    const b = await startNode('b');
    await a.registry.claimRoom('room-1');
    await a.registry.claimRoom('room-2');
    a.pause();
    await waitUntil(async () => (await side.zscore(nodesKey(), 'a')) === null || 'the dead node is not forgotten');
    expect(await known(b)).toEqual(['b']);
    a.resume();
    await waitUntil(async () => (await known(b)).length === 2 || 'the node is not known again');
    await waitUntil(async () => (await heldBy('a')).length === 2 || 'its rooms are not known again');
    expect(a.asked).toEqual([]);
  });

  test('no node counts as dead because Redis was away', async (context) => {
    const { server, startNode, judged } = await startWorld(context);
    const a = await startNode('a');
    const b = await startNode('b');
    await a.registry.claimRoom('room-a');
    await b.registry.claimRoom('room-b');
    expect(await judged(a, b)).toEqual([]);
    await server.kill();
    await sleep(ALL_LOOK_DEAD_MS);
    await server.start();
    expect(await judged(a, b)).toEqual([]);
    expect(await known(a)).toEqual(['a', 'b']);
    server.pause();
    await sleep(ALL_LOOK_DEAD_MS);
    server.resume();
    expect(await judged(a, b)).toEqual([]);
  });

  test('node data that Redis lost comes back', async (context) => {
    const { side, startNode, heldBy } = await startWorld(context);
    const a = await startNode('a');
    const b = await startNode('b');
    await a.registry.claimRoom('room-1');
    await b.registry.claimRoom('room-2');
    await side.flushall();
    await waitUntil(async () => (await known(a)).length === 2 || 'the nodes do not know each other again');
    await waitUntil(async () => (await heldBy('a')).length + (await heldBy('b')).length === 2 || 'rooms are missing');
    // As many rooms as before, but others.
    await side.srem(nodeRoomsKey('a'), 'room-1');
    await side.sadd(nodeRoomsKey('a'), 'room-3');
    await waitUntil(async () => (await heldBy('a')).join() === 'room-1' || 'the list of rooms is wrong');
    expect([...a.asked, ...b.asked]).toEqual([]);
  });
});

describe.concurrent('deadlines of rooms', () => {
  test('one of the nodes meets a passed deadline, and removes it', async (context) => {
    const { side, startNode } = await startWorld(context);
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
    await a.roomIndex.touch('marker', now, now);
    await waitUntil(() => [...a.asked, ...b.asked].includes('due marker') || 'the marker has not come');
    expect([...a.asked, ...b.asked].sort()).toEqual([...rooms, 'marker'].map((room) => `due ${room}`).sort());
    expect(await side.zrange(roomDeadlinesKey(), '0', '-1')).toEqual(['later']);
  });

  test('[R1] a deadline is tried again after a failure, also if the claiming node died', async (context) => {
    const { startNode } = await startWorld(context);
    let died = false;
    const a = await startNode('a', () => {
      died = true;
      return new Promise(() => {}); // Never finishes.
    });
    let failures = 0;
    await a.roomIndex.touch('room', Date.now(), Date.now());
    await waitUntil(() => died || 'nobody claimed the deadline');
    await a.crash();
    const b = await startNode('b', async () => {
      if (failures++ < 2) throw new Error('not now');
    });
    await waitUntil(() => b.asked.length > 0 || 'the deadline was not met');
    expect(b.asked).toEqual(['due room']);
    expect(failures).toBe(3);
  });

  test('a new deadline given while the old one is met stays', async (context) => {
    const { side, startNode } = await startWorld(context);
    const later = Date.now() + 600_000;
    const a: TestNode = await startNode('a', async () => a.roomIndex.touch('room', Date.now(), later));
    await a.roomIndex.touch('room', Date.now(), Date.now());
    await waitUntil(() => a.asked.length > 0 || 'the deadline was not met');
    expect(await side.zrange(roomDeadlinesKey(), '0', '-1', 'WITHSCORES')).toEqual(['room', String(later)]);
  });

  test('deadlines that Redis lost or missed are there when it is back', async (context) => {
    const { server, side, startNode } = await startWorld(context);
    const a = await startNode('a');
    const later = Date.now() + 600_000;
    await a.roomIndex.touch('before', Date.now(), later);
    await side.del(roomDeadlinesKey());
    await server.kill();
    const failed = expect.objectContaining({ name: 'Unavailable' });
    await expect(a.roomIndex.touch('meanwhile', Date.now(), later + 1)).rejects.toEqual(failed);
    await server.start();
    await waitUntil(async () => (await side.zcard(roomDeadlinesKey())) === 2 || 'deadlines are missing');
    expect(await side.zrange(roomDeadlinesKey(), '0', '-1')).toEqual(['before', 'meanwhile']);
  });

  test("a node that lags does not take away another node's deadline", async (context) => {
    const { side, startNode } = await startWorld(context);
    const a = await startNode('a');
    const b = await startNode('b');
    const later = Date.now() + 600_000;
    await a.roomIndex.touch('room', 1, later);
    await b.roomIndex.touch('room', 1, null);
    expect(await side.zscore(roomDeadlinesKey(), 'room')).toBe(String(later));
    await b.roomIndex.touch('room', 2, later + 1);
    await a.roomIndex.touch('room', 2, null);
    expect(await side.zscore(roomDeadlinesKey(), 'room')).toBe(String(later + 1));
    await b.roomIndex.touch('room', 3, null);
    expect(await side.zscore(roomDeadlinesKey(), 'room')).toBeNull();
  });

  test('rooms are listed by last activity', async (context) => {
    const { startNode } = await startWorld(context);
    const a = await startNode('a');
    await a.roomIndex.touch('old', 1_000, null);
    await a.roomIndex.touch('{new}:\ud800', 3_000, null);
    await a.roomIndex.touch('gone', 4_000, 5_000);
    await a.roomIndex.touch('old', 500, null);
    await a.roomIndex.remove('gone', null);
    expect(await a.roomIndex.list(10)).toEqual([
      { roomId: '{new}:\ud800', lastActivityAt: 3_000 },
      { roomId: 'old', lastActivityAt: 1_000 },
    ]);
    expect(await a.roomIndex.list(1)).toHaveLength(1);
    expect(await a.roomIndex.list(0)).toEqual([]);
  });
});
