import clusterSlot from 'cluster-key-slot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AppendOutcome, Unavailable } from '../../../core/ports.ts';
import { type Commit, ORIGIN, type Position } from '../../../core/room/commit.ts';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import { journalKey, snapshotKey } from '../../../recovery/keys.ts';
import { commitsAfter, positionOf } from '../../contract/commits.ts';
import { describeJournal } from '../../contract/journal.ts';
import { redisReencodingQueues } from '../../contract/redisReencodingQueues.ts';
import { describeReencodingQueue } from '../../contract/reencodingQueue.ts';
import { nodeInfo } from '../../support/nodeInfo.ts';
import { silentLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { startTestCluster, type TestCluster } from './testCluster.ts';

const connect = (cluster: TestCluster, nodeId: string): Promise<Recovery> =>
  createRecovery({
    redis: { url: cluster.redis.url },
    durability: { mode: 'fsync' },
    nodeId,
    clock: systemClock,
    logger: silentLogger,
  });

describeJournal('Redis Cluster', async () => {
  const cluster = await startTestCluster();
  const nodes = [await connect(cluster, 'node-1'), await connect(cluster, 'node-2')] as const;
  return {
    journal: nodes[0].journal,
    otherNode: nodes[1].journal,
    async loseTail(roomId, version) {
      const key = journalKey(roomId);
      for (const [id] of await cluster.client.xrange(key, `${version + 1}-0`, '+')) await cluster.client.xdel(key, id);
      await cluster.client.del(snapshotKey(roomId));
      if (version === 0) await cluster.client.del(key);
    },
    async takeAway() {
      await cluster.kill();
      return cluster.start;
    },
    async close() {
      for (const node of nodes) await node.close();
      await cluster.stop();
    },
  };
});

describeReencodingQueue('BullMQ on a Redis Cluster', async () => {
  const cluster = await startTestCluster();
  const { kill, redis, start, stop } = cluster;
  return redisReencodingQueues({ url: redis.url, flush: () => redis.flush(), kill, start, stop });
});

describe('Redis Cluster', () => {
  let cluster: TestCluster;
  let writer: Recovery;
  let follower: Recovery;
  beforeAll(async () => {
    cluster = await startTestCluster();
    writer = await connect(cluster, 'node-1');
    follower = await connect(cluster, 'node-2');
  });
  afterAll(async () => {
    await writer?.close();
    await follower?.close();
    await cluster?.stop();
  });

  const rooms = Array.from({ length: 30 }, (_, i) => `room-${i}`);

  test('nodes, room index and deadlines work across the slots of a cluster', async () => {
    const info = nodeInfo('node-1', { internalUrl: 'http://10.0.0.1:3000', region: 'north', channelVersion: 1 });
    await writer.registry.start(() => info);
    for (const room of rooms) await writer.registry.claimRoom(room);
    expect(await follower.registry.nodes()).toEqual([info]);
    for (const room of rooms) await writer.roomIndex.touch(room, 1_000, Date.now());
    const due = new Set<string>();
    follower.deadlineSweeper.start({
      onDeadNode: async () => {},
      onDeadline: async (roomId) => void due.add(roomId),
      nodesOfOpenRooms: () => [],
    });
    await waitUntil(() => due.size === rooms.length || `${due.size} of ${rooms.length} deadlines met`);
    await follower.deadlineSweeper.stop();
    for (const room of rooms) await writer.registry.releaseRoom(room);
    await writer.registry.stop();
  });

  /** Asks again while the outcome is unknown, like every writer. */
  async function appendSurely(room: string, commit: Commit, after: Position): Promise<AppendOutcome> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await writer.journal.append(room, [commit], after);
      } catch (error) {
        if (!(error instanceof Unavailable) || attempt === 5) throw error;
      }
    }
  }

  test('[J4] no commit is lost while slots of a cluster move, and followers hear of every one', async () => {
    const heard = new Map<string, number>(rooms.map((room) => [room, 0]));
    const note = (room: string, commits: readonly Commit[]): void => {
      heard.set(room, Math.max(heard.get(room) ?? 0, ...commits.map((commit) => commit.version)));
    };
    for (const room of rooms) {
      const readAll = async () => note(room, await follower.journal.read(room, heard.get(room) ?? 0, 1_000));
      await follower.journal.follow(
        room,
        (commits) => note(room, commits),
        () => void readAll(),
      );
    }
    const commits = commitsAfter(ORIGIN, 40);
    for (const [i, commit] of commits.entries()) {
      if (i % 10 === 5)
        for (const room of rooms.slice(i % 3, 10)) await cluster.redis.moveSlot(clusterSlot(journalKey(room)));
      const after = positionOf(commits[i - 1]);
      await Promise.all(
        rooms.map(async (room) => {
          const outcome = await appendSurely(room, commit, after);
          // The commit was sent again when a slot moved, and was in by then.
          if (outcome.type !== 'appended') expect(outcome).toEqual({ type: 'behind', missed: [commit] });
        }),
      );
    }
    for (const room of rooms) expect(await follower.journal.read(room, 0, 1_000)).toEqual(commits);
    await waitUntil(() => {
      const late = [...heard].filter(([, version]) => version < commits.length).map(([room]) => room);
      return late.length === 0 || `followers of ${late} did not hear of everything`;
    });
  });
});
