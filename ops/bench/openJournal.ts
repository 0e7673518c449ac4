import type { Journal } from '../../core/ports.ts';
import { createRecovery } from '../../recovery/createRecovery.ts';
import type { Durability } from '../../recovery/journal/durability.ts';
import type { Cleanup } from './cleanup.ts';
import type { PrivateRedis } from './PrivateRedis.ts';
import { quietLogger } from './quietLogger.ts';
import { systemClock } from './systemClock.ts';

/** A node's journal on that server, closed before the server ends. */
export async function openJournal(redis: PrivateRedis, durability: Durability, cleanup: Cleanup): Promise<Journal> {
  const { journal, close } = await createRecovery({
    redis: { url: redis.url, commandTimeoutMs: 10_000 },
    durability,
    nodeId: 'bench',
    clock: systemClock,
    logger: quietLogger,
  });
  cleanup.add(close);
  return journal;
}
