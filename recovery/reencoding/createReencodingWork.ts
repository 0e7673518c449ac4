import type { Clock, Logger } from '../../core/ports.ts';
import type { ReencodingWork, SidecarDirectory } from '../../core/reencoding/ports.ts';
import { RedisConnection } from '../RedisConnection.ts';
import { BullReencodingWork } from './BullReencodingWork.ts';
import { RedisSidecarDirectory } from './RedisSidecarDirectory.ts';
import { LOCK_MS } from './storedJob.ts';

export interface ReencodingWorkConfig {
  /** In one of the forms of `parseRedisUrl`. */
  readonly redis: { readonly url: string };
  readonly sidecarId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long Redis may take to serve at first. */
  readonly startTimeoutMs?: number;
  /** A sidecar that is silent for longer loses its jobs. The same for all sidecars. */
  readonly lockMs?: number;
}

export interface ReencodingWorkplace {
  readonly work: ReencodingWork;
  readonly directory: SidecarDirectory;
  /** Call it after work and directory have stopped. */
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;

/**
 * Connects a sidecar to Redis.
 * @throws Unavailable when Redis does not serve in time
 * @throws TypeError when the URL is bad
 */
export async function createReencodingWork(config: ReencodingWorkConfig): Promise<ReencodingWorkplace> {
  const { clock, sidecarId } = config;
  const logger = config.logger.child({ part: 'recovery' });
  const redis = new RedisConnection(config.redis, logger);
  try {
    await redis.firstService(config.startTimeoutMs ?? START_TIMEOUT_MS);
  } catch (error) {
    await redis.close();
    throw error;
  }
  return {
    work: new BullReencodingWork(redis, sidecarId, config.lockMs ?? LOCK_MS, clock, logger),
    directory: new RedisSidecarDirectory(redis, clock, logger),
    close: () => redis.close(),
  };
}
