import { createRecovery } from '../../recovery/createRecovery.ts';
import { createReencodingWork } from '../../recovery/reencoding/createReencodingWork.ts';
import { silentLogger, systemClock } from '../support/system.ts';
import { pausableClock, type ReencodingQueueUnderTest } from './reencodingQueue.ts';

interface RedisUnderTest {
  readonly url: string;
  /** Where sidecars connect, if not as the servers do. */
  readonly sidecarUrl?: string;
  flush(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Connects two nodes and any number of sidecars to a private Redis or cluster. */
export async function redisReencodingQueues(redis: RedisUnderTest): Promise<ReencodingQueueUnderTest> {
  const lockMs = 600;
  const connect = (nodeId: string) =>
    createRecovery({
      redis: { url: redis.url, commandTimeoutMs: 1_000 },
      durability: { mode: 'async' },
      nodeId,
      clock: systemClock,
      logger: silentLogger,
    });
  const nodes = [await connect('node-1'), await connect('node-2')] as const;
  let lastSidecar = 0;
  return {
    queue: nodes[0].reencodingQueue,
    otherNode: nodes[1].reencodingQueue,
    lockMs,
    async createWork() {
      const clock = pausableClock();
      const sidecarId = `sidecar-${++lastSidecar}`;
      const options = { redis: { url: redis.sidecarUrl ?? redis.url }, sidecarId, clock, logger: silentLogger, lockMs };
      const place = await createReencodingWork(options);
      return {
        work: place.work,
        fallSilent: clock.pause,
        speakAgain: clock.resume,
        async close() {
          await place.work.close();
          await place.close();
        },
      };
    },
    loseEverything: () => redis.flush(),
    async takeAway() {
      await redis.kill();
      return () => redis.start();
    },
    async close() {
      for (const node of nodes) await node.close();
      await redis.stop();
    },
  };
}
