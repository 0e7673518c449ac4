import { Queue } from 'bullmq';
import type { Logger } from '../../core/ports.ts';
import type { ReencodingJob } from '../../core/reencoding/messages.ts';
import type { ReencodingQueue } from '../../core/reencoding/ports.ts';
import { reencodingPrefix } from '../keys.ts';
import type { RedisConnection } from '../RedisConnection.ts';
import { QUEUE_NAME, type StoredJob } from './storedJob.ts';

const WITHDRAWN: StoredJob = { withdrawn: true };

/** The node's end of the BullMQ queue. */
export class BullReencodingQueue implements ReencodingQueue {
  readonly #redis: RedisConnection;
  readonly #queue: Queue<object>;

  constructor(redis: RedisConnection, logger: Logger) {
    this.#redis = redis;
    this.#queue = new Queue<object>(QUEUE_NAME, {
      connection: redis.client,
      prefix: reencodingPrefix(),
      // Other code checks the version and eviction policy of this Redis, and warns in the log.
      skipVersionCheck: true,
      skipMetasUpdate: true,
    });
    this.#queue.on('error', (error) => logger.debug({ err: error }, 'an error of the reencoding queue'));
  }

  async add(job: ReencodingJob): Promise<void> {
    await this.#redis.runRepeatable('put a job into the reencoding queue', () =>
      this.#queue.add('reencode', job, { jobId: job.jobId, removeOnComplete: true, removeOnFail: true }),
    );
  }

  async remove(jobId: string): Promise<void> {
    await this.#redis.runRepeatable('take a job out of the reencoding queue', async () => {
      const removed = await this.#queue.remove(jobId, { removeChildren: false });
      if (removed === 0) await this.#withdraw(jobId);
    });
  }

  /** A sidecar works on it: the next one that would get it finds that it is over. */
  async #withdraw(jobId: string): Promise<void> {
    const job = await this.#queue.getJob(jobId);
    try {
      await job?.updateData(WITHDRAWN);
    } catch (error) {
      if (!isAnswer(error)) throw error;
      // It was just completed: there is nothing left to withdraw.
    }
  }

  /** The connection belongs to the owner and stays open. */
  close(): Promise<void> {
    return this.#queue.close();
  }
}

/** Returns whether a BullMQ script refused (the job is gone, or another's), so that another attempt is useless. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}
