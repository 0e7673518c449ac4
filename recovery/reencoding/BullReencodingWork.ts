import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, type RedisQueueBackend, Worker } from 'bullmq';
import { type Clock, type Logger, Unavailable } from '../../core/ports.ts';
import type { ReencodingJob } from '../../core/reencoding/messages.ts';
import type { ReencodingWork, TakenJob } from '../../core/reencoding/ports.ts';
import { reencodingPrefix } from '../keys.ts';
import type { RedisConnection } from '../RedisConnection.ts';
import { isAnswer } from './BullReencodingQueue.ts';
import { JobLocks } from './JobLocks.ts';
import { attemptOf, pauseMs, QUEUE_NAME, roundMs, StoredJob } from './storedJob.ts';

/**
 * Pause before an empty queue is asked again, in case the signal of a new job was lost. Shorter than any command's
 * time-out.
 */
const LONG_POLL_SECONDS = 1;
const RETRY_MS = 200;
/** How long a sidecar that cannot do a job at the moment leaves it to others. */
const LEAVE_TO_OTHERS_MS = 500;
/** A job that only another version understands. */
const NOT_UNDERSTOOD_MS = 5_000;

type Work = (taken: TakenJob) => Promise<void>;

/**
 * The sidecar's end of the BullMQ queue. It fetches jobs by hand: BullMQ's own loop gives up healthy jobs if Redis was
 * away for longer than a lock lasts (docs/decisions/0007).
 */
export class BullReencodingWork implements ReencodingWork {
  readonly #redis: RedisConnection;
  readonly #worker: Worker<StoredJob>;
  readonly #backend: RedisQueueBackend;
  readonly #locks: JobLocks;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #atWork = new Map<string, Promise<void>>();
  #concurrency = 0;
  #loop: Promise<void> | null = null;
  #closed = false;
  #wake: () => void = () => {};

  constructor(redis: RedisConnection, sidecarId: string, lockMs: number, clock: Clock, logger: Logger) {
    this.#redis = redis;
    this.#clock = clock;
    this.#logger = logger;
    this.#worker = new Worker<StoredJob>(QUEUE_NAME, null, {
      connection: redis.client,
      name: sidecarId,
      prefix: reencodingPrefix(),
      lockDuration: lockMs,
      stalledInterval: roundMs(lockMs),
      // Sidecars may die any number of times: the wish stays.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      skipVersionCheck: true,
    });
    this.#worker.on('error', (error) => logger.debug({ err: error }, 'an error of the reencoding queue'));
    this.#backend = this.#worker.getBackend();
    this.#locks = new JobLocks(redis, this.#backend, lockMs, clock, logger);
  }

  start(work: Work): void {
    if (this.#loop) throw new Error('The work was started already');
    this.#locks.start();
    this.#loop = this.#takeJobs(work);
  }

  setConcurrency(concurrency: number): void {
    this.#concurrency = concurrency;
    this.#wake();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    await Promise.all([...this.#atWork.values()]);
    // A job that arrives at this moment goes back at once, instead of when its lock ends.
    await Promise.race([this.#loop, sleep((LONG_POLL_SECONDS + 0.5) * 1_000, undefined, { ref: false })]);
    await this.#locks.stop();
    await this.#worker.close(true);
  }

  get #hasRoom(): boolean {
    return !this.#closed && this.#atWork.size < this.#concurrency;
  }

  async #takeJobs(work: Work): Promise<void> {
    while (!this.#closed) {
      if (!this.#hasRoom) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      try {
        const token = randomUUID();
        const job: Job<StoredJob> | undefined = await this.#redis.run('take a reencoding job', () =>
          this.#worker.getNextJob(token, { block: false }),
        );
        if (job) await this.#receive(job, token, work);
        else await this.#backend.waitForJob(LONG_POLL_SECONDS);
      } catch (error) {
        if (this.#closed) return;
        const isKnown = error instanceof Unavailable || !this.#redis.availability.available;
        this.#logger[isKnown ? 'debug' : 'warn']({ err: error }, 'no reencoding job could be taken; trying again');
        await sleep(isKnown ? RETRY_MS : 1_000);
      }
    }
  }

  async #receive(job: Job<StoredJob>, token: string, work: Work): Promise<void> {
    const { id: jobId = '' } = job;
    const parsed = StoredJob.safeParse(job.data);
    if (!parsed.success) {
      this.#logger.warn({ jobId, err: parsed.error }, 'a reencoding job is not understood and left to others');
      await this.#finish(jobId, () => this.#putBack(job, token, NOT_UNDERSTOOD_MS));
    } else if ('withdrawn' in parsed.data) {
      await this.#finish(jobId, () => job.moveToCompleted(undefined, token, false));
    } else if (!this.#hasRoom) {
      await this.#finish(jobId, () => job.moveToWait(token));
    } else if (this.#atWork.has(jobId)) {
      // The sidecar lost this job, and its earlier work on it has not ended yet.
      await this.#finish(jobId, () => this.#putBack(job, token, LEAVE_TO_OTHERS_MS));
    } else {
      const done = this.#doWork(job, parsed.data, token, work).finally(() => {
        this.#atWork.delete(jobId);
        this.#wake();
      });
      this.#atWork.set(jobId, done);
    }
  }

  async #doWork(stored: Job<StoredJob>, job: ReencodingJob, token: string, work: Work): Promise<void> {
    const { jobId } = job;
    const startedAt = this.#clock.now();
    const lost = new AbortController();
    const gone = new AbortController();
    let isWorking = true;
    const lose = (): void => {
      gone.abort();
      // A job that has just been completed has no lock either: its work lost nothing.
      if (isWorking) lost.abort();
    };
    const letGo = this.#locks.keep({ jobId, token, lose });
    const attempt = attemptOf(stored.timestamp, stored.attemptsStarted);
    let settle = (): Promise<unknown> => stored.moveToCompleted(undefined, token, false);
    try {
      await work({ job, attempt, lost: lost.signal });
    } catch (error) {
      const waitMs = pauseMs(stored.attemptsMade, this.#clock.now() - startedAt);
      if (!lost.signal.aborted)
        this.#logger.warn({ jobId, waitMs, err: error }, 'a reencoding job goes back to the queue');
      settle = () => this.#putBack(stored, token, waitMs);
    }
    isWorking = false;
    if (!gone.signal.aborted) await this.#finish(jobId, settle, gone.signal);
    letGo();
  }

  #putBack(job: Job<StoredJob>, token: string, waitMs: number): Promise<unknown> {
    return this.#backend.moveToDelayed(job.id ?? '', Date.now(), waitMs, token, {});
  }

  /** Tells the queue as soon as Redis serves, unless the job is lost meanwhile or this sidecar ends. */
  async #finish(jobId: string, tell: () => Promise<unknown>, lost?: AbortSignal): Promise<void> {
    while (!lost?.aborted) {
      try {
        await this.#redis.runRepeatable('say what became of a reencoding job', () => tell().catch(passAnswer));
        return;
      } catch (error) {
        this.#logger.debug({ jobId, err: error }, 'the queue does not know yet what became of a job');
        if (this.#closed || !(error instanceof Unavailable)) return;
      }
    }
  }
}

/** Another sidecar has the job by now, or the queue already knows: there is nothing more to report. */
function passAnswer(error: unknown): void {
  if (!isAnswer(error)) throw error;
}
