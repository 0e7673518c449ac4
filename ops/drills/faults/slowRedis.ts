import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivateRedis } from '../../kit/PrivateRedis.ts';
import type { Fault } from './Fault.ts';

/** SIGSTOP to Redis for a while: its connections stay open, and every answer comes late. Media must not notice. */
export function slowRedis(redis: PrivateRedis, slowMs: number): Fault {
  return {
    name: 'redis-slow',
    breaksMedia: false,
    available: () => Promise.resolve(null),

    async inject() {
      const { pid } = redis;
      const at = Date.now();
      process.kill(pid, 'SIGSTOP');
      return {
        at,
        what: `Redis ${pid} answers nothing for ${slowMs} ms`,
        heal: async () => {
          await sleep(slowMs);
          process.kill(pid, 'SIGCONT');
        },
        replaced: () => Promise.resolve(null),
      };
    },
  };
}
