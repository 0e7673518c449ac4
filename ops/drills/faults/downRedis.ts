import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivateRedis } from '../../kit/PrivateRedis.ts';
import type { Fault } from './Fault.ts';

/** SIGKILL to Redis, which comes back after `downMs` with what had reached the disk. Media must not notice. */
export function downRedis(redis: PrivateRedis, downMs: number): Fault {
  return {
    name: 'redis-down',
    breaksMedia: false,
    available: () => Promise.resolve(null),

    async inject() {
      const { pid } = redis;
      const at = Date.now();
      await redis.kill();
      return {
        at,
        what: `Redis ${pid} is down for ${downMs} ms`,
        heal: async () => {
          await sleep(downMs);
          await redis.startAgain();
        },
        replaced: () => Promise.resolve(null),
      };
    },
  };
}
