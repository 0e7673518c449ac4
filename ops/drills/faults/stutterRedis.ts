import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivateRedis } from '../../kit/PrivateRedis.ts';
import type { Fault } from './Fault.ts';

const STOPPED_MS = 150;
const GOES_ON_MS = 10;

/** SIGSTOP and SIGCONT to Redis in turn: for a while every answer takes some 100 ms, as on an overloaded host. */
export function stutterRedis(redis: PrivateRedis, lastsMs: number): Fault {
  return {
    name: 'redis-stutters',
    breaksMedia: false,
    available: () => Promise.resolve(null),

    async inject() {
      const { pid } = redis;
      const at = Date.now();
      const stutter = async (): Promise<void> => {
        while (Date.now() < at + lastsMs) {
          process.kill(pid, 'SIGSTOP');
          await sleep(STOPPED_MS);
          process.kill(pid, 'SIGCONT');
          await sleep(GOES_ON_MS);
        }
      };
      return {
        at,
        what: `Redis ${pid} answers late for ${lastsMs} ms`,
        heal: stutter,
        replaced: () => Promise.resolve(null),
      };
    },
  };
}
