import { Redis } from 'ioredis';
import { createRecovery } from '../../recovery/createRecovery.ts';
import type { Durability } from '../../recovery/journal/durability.ts';
import { journalKey, snapshotKey } from '../../recovery/keys.ts';
import { startTestRedis, type TestRedisOptions } from '../support/redis.ts';
import { silentLogger, systemClock } from '../support/system.ts';
import { waitUntil } from '../support/waitUntil.ts';
import type { JournalUnderTest } from './journal.ts';

/** Opens two nodes' journals on a private Redis. */
export async function redisJournals(options: TestRedisOptions, durability: Durability): Promise<JournalUnderTest> {
  const server = await startTestRedis(options);
  const side = new Redis(server.options);
  side.on('error', () => {}); // Tests kill the server on purpose.
  const connect = (nodeId: string) =>
    createRecovery({
      redis: { url: server.url, commandTimeoutMs: 1_000 },
      durability,
      nodeId,
      clock: systemClock,
      logger: silentLogger,
    });
  const nodes = [await connect('node-1'), await connect('node-2')] as const;
  return {
    journal: nodes[0].journal,
    otherNode: nodes[1].journal,
    async loseTail(roomId, version) {
      const key = journalKey(roomId);
      for (const [id] of await side.xrange(key, `${version + 1}-0`, '+')) await side.xdel(key, id);
      await side.del(snapshotKey(roomId));
      if (version === 0) await side.del(key);
    },
    async takeAway() {
      // While the disk is busy Redis writes its log up to two seconds late, and `everysec` promises no more than that.
      await waitUntil(async () => {
        const persistence = await side.info('persistence');
        return persistence.includes('aof_buffer_length:0') || 'Redis has not written its log';
      });
      await server.kill();
      return () => server.start();
    },
    async close() {
      for (const node of nodes) await node.close();
      side.disconnect();
      await server.stop();
    },
  };
}
