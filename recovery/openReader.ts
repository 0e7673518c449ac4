import type { Clock, Journal, Logger, NodeInfo, RoomSummary } from '../core/ports.ts';
import type { SidecarInfo } from '../core/reencoding/ports.ts';
import { Feed } from './journal/Feed.ts';
import { RedisJournal } from './journal/RedisJournal.ts';
import { RedisConnection } from './RedisConnection.ts';
import { RedisNodeRegistry } from './RedisNodeRegistry.ts';
import { RedisRoomIndex } from './RedisRoomIndex.ts';
import { RedisSidecarDirectory } from './reencoding/RedisSidecarDirectory.ts';

/**
 * What Redis knows of a cluster, for somebody who is no node of it: changes nothing that nodes read.
 * @throws Unavailable from each call, when Redis does not answer
 */
export interface RecoveryReader {
  readonly journal: Pick<Journal, 'loadSnapshot' | 'position' | 'read'>;
  nodes(): Promise<readonly NodeInfo[]>;
  sidecars(): Promise<readonly SidecarInfo[]>;
  /** Rooms by their last activity, newest first. */
  rooms(limit: number): Promise<readonly RoomSummary[]>;
  countRooms(): Promise<number>;
  /** The time of Redis (ms since the epoch). */
  now(): Promise<number>;
  close(): Promise<void>;
}

/**
 * @throws Unavailable when Redis does not serve within `timeoutMs`
 * @throws TypeError when the URL is bad
 */
export async function openReader(
  url: string,
  timeoutMs: number,
  clock: Clock,
  logger: Logger,
): Promise<RecoveryReader> {
  const redis = new RedisConnection({ url }, logger);
  try {
    await redis.firstService(timeoutMs);
  } catch (error) {
    await redis.close();
    throw error;
  }
  const feed = new Feed(redis, logger);
  const registry = new RedisNodeRegistry(redis, clock, logger);
  const roomIndex = new RedisRoomIndex(redis, clock, logger);
  const sidecars = new RedisSidecarDirectory(redis, clock, logger);
  return {
    // Nobody acts on what is read here, so that it need not be on replicas.
    journal: new RedisJournal(redis, feed, { mode: 'async' }, logger),
    nodes: () => registry.nodes(),
    sidecars: () => sidecars.sidecars(),
    rooms: (limit) => roomIndex.list(limit),
    countRooms: () => roomIndex.count(),
    async now() {
      const [seconds = 0, micros = 0] = await redis.runRepeatable('ask for the time', () => redis.client.time());
      return Math.round(1_000 * Number(seconds) + Number(micros) / 1_000);
    },
    async close() {
      feed.close();
      await redis.close();
    },
  };
}
