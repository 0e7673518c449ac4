import type { Journal } from '../../core/ports.ts';
import { createRecovery } from '../../recovery/createRecovery.ts';
import type { Durability } from '../../recovery/journal/durability.ts';
import type { Cleanup } from '../kit/cleanup.ts';
import type { PrivateRedis } from '../kit/PrivateRedis.ts';
import { quietLogger } from '../kit/quietLogger.ts';
import { systemClock } from '../kit/systemClock.ts';

/** Opens a node's journal on a server. `cleanup` closes it before the server ends. */
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
