import { openReader, type RecoveryReader } from '../../recovery/openReader.ts';
import { parseRedisUrl } from '../../recovery/redisUrl.ts';
import { quietLogger } from '../kit/quietLogger.ts';
import { systemClock } from '../kit/systemClock.ts';
import type { Config } from '../run/config.ts';
import { privateSocket } from '../run/privateSocket.ts';
import { CliFailure } from './CliFailure.ts';
import { socketObstacle } from './socketObstacle.ts';

/** Redis may have to load its data, and the machine may be busy. */
const PATIENCE_MS = 10_000;

/**
 * Connects to the Redis of the settings.
 * @throws CliFailure, or Unavailable, when it cannot be reached; both say what to do
 */
export async function openCluster({ node, redis }: Config): Promise<RecoveryReader> {
  const url = redis.url?.reveal() ?? privateSocket(node.dataFolder, 'redis');
  const { kind, ...address } = parseRedisUrl(url);
  if (kind === 'standalone' && 'options' in address && 'path' in address.options) {
    const ifMissing = redis.url
      ? 'REDIS_URL leads there.'
      : 'The Redis of an Everroom runs with it: start one with this data folder, name another folder with --data, or ' +
        'set REDIS_URL as the servers have it.';
    const obstacle = socketObstacle(address.options.path, ifMissing);
    if (obstacle !== null) throw new CliFailure(obstacle);
  }
  return openReader(url, PATIENCE_MS, systemClock, quietLogger);
}
