import { Redis } from 'ioredis';
import { SIDECAR_USER, sidecarRules } from '../../ops/run/sidecarUser.ts';
import {
  InMemoryReencodingQueue,
  InMemoryReencodingStore,
  InMemoryReencodingWork,
} from '../../recovery/reencoding/InMemoryReencoding.ts';
import { startTestRedis } from '../support/redis.ts';
import { redisReencodingQueues } from './redisReencodingQueues.ts';
import { describeReencodingQueue, pausableClock } from './reencodingQueue.ts';

describeReencodingQueue('in memory', async () => {
  const lockMs = 80;
  const store = new InMemoryReencodingStore(lockMs);
  return {
    queue: new InMemoryReencodingQueue(store),
    otherNode: new InMemoryReencodingQueue(store),
    lockMs,
    async createWork() {
      const clock = pausableClock();
      const work = new InMemoryReencodingWork({ store, clock });
      return { work, fallSilent: clock.pause, speakAgain: clock.resume, close: () => work.close() };
    },
    async loseEverything() {
      store.entries.clear();
    },
    async takeAway() {
      store.setAvailable(false);
      return async () => store.setAvailable(true);
    },
    async close() {},
  };
});

describeReencodingQueue('BullMQ on Redis', async () => {
  const server = await startTestRedis({ settings: { user: [SIDECAR_USER, ...sidecarRules('secret').split(' ')] } });
  const side = new Redis(server.options);
  side.on('error', () => {}); // Tests kill the server on purpose.
  return redisReencodingQueues({
    url: server.url,
    sidecarUrl: `unix://${SIDECAR_USER}:secret@${server.path}`,
    flush: async () => void (await side.flushall()),
    kill: server.kill,
    start: server.start,
    async stop() {
      side.disconnect();
      await server.stop();
    },
  });
});
