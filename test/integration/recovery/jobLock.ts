import type { Redis } from 'ioredis';
import { reencodingPrefix } from '../../../recovery/keys.ts';
import { QUEUE_NAME } from '../../../recovery/reencoding/storedJob.ts';
import { waitUntil } from '../../support/waitUntil.ts';

/** How long the lock of whoever works on a job lasts; negative if nobody holds it. */
export function lockLeftMs(redis: Redis, jobId: string): Promise<number> {
  return redis.pttl(`${reencodingPrefix()}:${QUEUE_NAME}:${jobId}:lock`);
}

/** Waits until whoever works on the jobs says so again: each lock lasts longer than it did a moment ago. */
export async function renewed(redis: Redis, ...jobIds: readonly string[]): Promise<void> {
  await Promise.all(
    jobIds.map(async (jobId) => {
      let last = await lockLeftMs(redis, jobId);
      await waitUntil(async () => {
        const before = last;
        last = await lockLeftMs(redis, jobId);
        return last > before || `nobody says that they work on ${jobId}`;
      });
    }),
  );
}
