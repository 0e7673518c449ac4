import { Cluster } from 'ioredis';
import { ShardedRedis } from '../../../ops/kit/ShardedRedis.ts';
import { waitUntil } from '../../support/waitUntil.ts';

export interface TestCluster {
  readonly redis: ShardedRedis;
  /** Enters the cluster like any client. */
  readonly client: Cluster;
  /** All masters die. */
  kill(): Promise<void>;
  /** They start again. Resolves once every master calls the cluster whole. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestCluster(): Promise<TestCluster> {
  const redis = await ShardedRedis.start();
  const client = new Cluster([...redis.addresses], { clusterRetryStrategy: () => 50 });
  client.on('error', () => {});
  return {
    redis,
    client,
    async kill() {
      for (const master of redis.masters) await master.kill();
    },
    async start() {
      for (const master of redis.masters) await master.startAgain();
      await waitUntil(async () => (await redis.missing()) ?? true);
    },
    async stop() {
      client.disconnect();
      await redis.stop();
    },
  };
}
