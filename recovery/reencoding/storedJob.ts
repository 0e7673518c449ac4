import { z } from 'zod';
import { ReencodingJob } from '../../core/reencoding/messages.ts';

/** BullMQ's name of the queue, below `reencodingPrefix`. */
export const QUEUE_NAME = 'jobs';

/** An entry of the queue: a job, or a mark that it was withdrawn while a sidecar worked on it. */
export const StoredJob = z.union([z.object({ withdrawn: z.literal(true) }), ReencodingJob]);
export type StoredJob = z.infer<typeof StoredJob>;

/** A sidecar that is silent for longer has lost its jobs. */
export const LOCK_MS = 1_200;
/** How often a sidecar renews the locks of its jobs and looks for jobs of silent ones. */
export const roundMs = (lockMs: number): number => lockMs / 4;

const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
/** Work that lasted longer was not a failed start. */
const GOOD_START_MS = 30_000;

/** How long a job waits after a failure, after `failuresBefore` earlier ones. */
export function pauseMs(failuresBefore: number, lastedMs: number): number {
  if (lastedMs >= GOOD_START_MS) return SHORTEST_PAUSE_MS;
  return Math.min(SHORTEST_PAUSE_MS * 2 ** Math.min(failuresBefore, 10), LONGEST_PAUSE_MS);
}

/**
 * Grows each time that the job is given out, even if the job was added again: the clock of the node that adds it is the
 * high part. No job is given out more than a thousand times a second.
 */
export function attemptOf(addedAt: number, timesGivenOut: number): number {
  return addedAt * 1_000 + timesGivenOut;
}
