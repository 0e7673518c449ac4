import { z } from 'zod';
import { parseRedisUrl } from '../../../recovery/redisUrl.ts';
import { choice, wholeNumber } from './settingKinds.ts';

const redisUrl = z.string().superRefine((url, context) => {
  try {
    parseRedisUrl(url);
  } catch (error) {
    context.addIssue(`is no address of a Redis. ${error instanceof Error ? error.message : error}`);
  }
});

const lifetime = wholeNumber(0, 31_536_000_000).default(86_400_000);

/** What is kept, where and for how long. */
export const storageSettings = {
  EVERROOM_DATA: z
    .string()
    .default('./data')
    .describe('Folder that keeps the rooms (embedded Redis) and the generated secrets.'),
  REDIS_URL: redisUrl
    .optional()
    .describe(
      'A Redis (7.0 or newer) to use instead of the embedded one: `redis://`, `rediss://`, `redis+sentinel://`, ' +
        '`redis+cluster://` or `unix://`.',
    )
    .meta({ shownDefault: 'an embedded Redis' }),
  REDIS_MEMORY_MB: wholeNumber(0, 1_048_576)
    .default(0)
    .describe('MiB for the embedded Redis; beyond, only what frees memory is recorded. 0: a quarter of the machine.'),
  DURABILITY: choice('fsync', 'replica', 'async')
    .default('fsync')
    .describe(
      'What an acknowledged change survives. `fsync`: power loss of the Redis host. `replica`: loss of the Redis host ' +
        '(needs REDIS_URL and replicas). `async`: up to one second of changes may be lost.',
    ),
  REPLICAS: wholeNumber(1, 16)
    .default(1)
    .describe('With DURABILITY `replica`: how many replicas must have a change before it is acknowledged.'),
  EMPTY_ROOM_MS: lifetime.describe('A room that nobody is in and nobody changes closes after this (ms); 0 for never.'),
  RETENTION_MS: lifetime.describe('A closed room is deleted after this (ms), with its messages and names; 0: at once.'),
  ROOM_MEMORY_MB: wholeNumber(1, 1_024)
    .default(8)
    .describe(
      'MiB that a room may hold in Redis (chat, settings, recent changes), and 2 KiB more for each place. A full room ' +
        'takes no more chat until messages are deleted; people come, go and speak on.',
    ),
};
