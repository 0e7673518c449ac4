import type { ShardedRedis } from '../../kit/ShardedRedis.ts';
import type { Fault } from './Fault.ts';

/** Every slot of a Redis Cluster that is in use moves to the next master, with its keys. Media must not notice. */
export function moveSlots(redis: ShardedRedis): Fault {
  return {
    name: 'redis-slots',
    breaksMedia: false,
    available: () => redis.missing(),

    async inject() {
      const at = Date.now();
      const slots = await redis.slotsInUse();
      for (const slot of slots) await redis.moveSlot(slot);
      return {
        at,
        what: `${slots.length} slots moved to other masters in ${Date.now() - at} ms`,
        heal: () => Promise.resolve(),
        replaced: () => redis.missing(),
      };
    },
  };
}
