import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster } from 'ioredis';
import { JOURNAL_KEYS } from './keys.ts';
import type { RedisClient, RedisConnection } from './RedisConnection.ts';

const KEYS_A_PAGE = 100;
const PAGE_EVERY_MS = 100;

/**
 * The keys of all journals, in pages that come slowly; one may come twice. Whatever is there all the time comes.
 * @throws Unavailable
 */
export async function* scanJournals(redis: RedisConnection): AsyncGenerator<readonly string[]> {
  for (const master of mastersOf(redis.client)) {
    let cursor = '0';
    do {
      const [next, keys] = await redis.runRepeatable('look through the journals', () =>
        master.scan(cursor, 'MATCH', JOURNAL_KEYS, 'COUNT', KEYS_A_PAGE),
      );
      yield keys;
      cursor = next;
      await sleep(PAGE_EVERY_MS);
    } while (cursor !== '0');
  }
}

/** A scan goes through one server only. */
function mastersOf(client: RedisClient) {
  return client instanceof Cluster ? client.nodes('master') : [client];
}
