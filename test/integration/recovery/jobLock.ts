import type { Redis } from 'ioredis';
import { reencodingPrefix } from '../../../recovery/keys.ts';
import { QUEUE_NAME } from '../../../recovery/reencoding/storedJob.ts';
import { waitUntil } from '../../support/waitUntil.ts';

/** Returns how long the lock of the job's worker lasts; negative if nobody holds it. */
export function lockLeftMs(redis: Redis, jobId: string): Promise<number> {
  return redis.pttl(`${reencodingPrefix()}:${QUEUE_NAME}:${jobId}:lock`);
}

/** Waits until the workers renew the locks of these jobs: each lock then lasts longer than a moment before. */
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
