import { expect, test } from 'vitest';
import { Drill } from '../../ops/drills/drill.ts';
import { failOverRedis } from '../../ops/drills/faults/failOverRedis.ts';
import { openScene } from '../../ops/drills/scene.ts';
import { Cleanup } from '../../ops/kit/cleanup.ts';
import { PrivateDeployment } from '../../ops/kit/deployment/PrivateDeployment.ts';
import { WatchedRedis } from '../../ops/kit/WatchedRedis.ts';
import { seedOf } from '../support/seed.ts';

const ROUNDS = 1;
const PARTICIPANTS = 2;

test('[J2] [R1] a meeting loses nothing acknowledged when its Redis dies and Sentinel promotes the replica', async () => {
  const cleanup = new Cleanup();
  const seed = seedOf('drill of a Redis fail-over') % 1_000_000;
  const lines = [`seed ${seed}`];
  const redis = await WatchedRedis.start();
  cleanup.add(() => redis.stop());
  try {
    const settings = { REDIS_URL: redis.url, DURABILITY: 'replica' };
    const deployment = await PrivateDeployment.start({ workers: 1, settings });
    cleanup.add(() => deployment.stop());
    const cast = { participants: PARTICIPANTS, pages: 0 };
    const scene = await openScene(deployment, cast, cleanup, (line) => lines.push(line));
    const result = await new Drill({ fault: failOverRedis(redis), rounds: ROUNDS, seed }, scene).run();
    expect(result.problems).toEqual([]);
    expect(result.ok).toBe(true);
    expect(result.facts.acked).toBeGreaterThan(20);
  } catch (error) {
    throw new Error(lines.join('\n'), { cause: error });
  } finally {
    await cleanup.run();
  }
});
