import type { WatchedRedis } from '../../kit/WatchedRedis.ts';
import type { Fault } from './Fault.ts';

/** SIGKILL to the primary of a watched Redis: all that it alone had is lost. The dead one comes back empty. */
export function failOverRedis(redis: WatchedRedis): Fault {
  return {
    name: 'redis-failover',
    breaksMedia: false,

    available: () => redis.missing(),

    async inject() {
      const at = Date.now();
      const pid = await redis.killPrimary();
      return {
        at,
        what: `primary Redis ${pid} killed`,
        // Without a second server no replica confirms anything, and the meeting takes no commands.
        heal: () => redis.replaceDead(),
        replaced: () => redis.missing(),
      };
    },
  };
}
