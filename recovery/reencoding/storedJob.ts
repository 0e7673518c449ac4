import { z } from 'zod';
import { ReencodingJob } from '../../core/reencoding/messages.ts';

/** BullMQ's name of the queue, below `reencodingPrefix`. */
export const QUEUE_NAME = 'jobs';

/** What stands in the queue: a job, or that it was taken back while somebody worked on it. */
export const StoredJob = z.union([z.object({ withdrawn: z.literal(true) }), ReencodingJob]);
export type StoredJob = z.infer<typeof StoredJob>;

/** A sidecar that was silent for so long has lost its jobs. */
export const LOCK_MS = 2_000;
/** How often a sidecar says that it works on its jobs, and looks for those of silent ones. */
export const roundMs = (lockMs: number): number => lockMs / 4;

const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
/** Work that lasted so long was no false start. */
const GOOD_START_MS = 30_000;

/** How long a job waits after its work failed; `failuresBefore` counts all of its life. */
export function pauseMs(failuresBefore: number, lastedMs: number): number {
  if (lastedMs >= GOOD_START_MS) return SHORTEST_PAUSE_MS;
  return Math.min(SHORTEST_PAUSE_MS * 2 ** Math.min(failuresBefore, 10), LONGEST_PAUSE_MS);
}

/**
 * Grows with each time that a job is given out, also when it was put into the queue anew meanwhile: then it was added
 * later, and by the same node, whose clock this is. More than a thousand times a second no job is given out.
 */
export function attemptOf(addedAt: number, timesGivenOut: number): number {
  return addedAt * 1_000 + timesGivenOut;
}
