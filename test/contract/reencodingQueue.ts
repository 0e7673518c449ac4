import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Clock, Unavailable } from '../../core/ports.ts';
import type { ReencodingJob } from '../../core/reencoding/messages.ts';
import type { ReencodingQueue, ReencodingWork, TakenJob } from '../../core/reencoding/ports.ts';
import { systemClock } from '../support/system.ts';
import { waitUntil } from '../support/waitUntil.ts';

/** One sidecar's end of the queue, which a test can keep from renewing its locks. */
export interface WorkUnderTest {
  readonly work: ReencodingWork;
  fallSilent(): void;
  speakAgain(): void;
  close(): Promise<void>;
}

/** A queue that two nodes share, and faults of the store below it. */
export interface ReencodingQueueUnderTest {
  readonly queue: ReencodingQueue;
  readonly otherNode: ReencodingQueue;
  /** A sidecar that is silent for this long has lost its jobs. */
  readonly lockMs: number;
  createWork(): Promise<WorkUnderTest>;
  /** The store loses all data. */
  loseEverything(): Promise<void>;
  /** The store is away until the returned function is called. It keeps its data. */
  takeAway(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Returns a clock whose timers stand still from `pause` until `resume`, like those of a process after SIGSTOP. */
export function pausableClock(): Clock & { pause(): void; resume(): void } {
  const standing: (() => void)[] = [];
  let paused = false;
  return {
    now: systemClock.now,
    setTimer: (afterMs, run) => systemClock.setTimer(afterMs, () => (paused ? standing.push(run) : run())),
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      for (const run of standing.splice(0)) run();
    },
  };
}

/** A sidecar that works on each job until the test ends it. */
class TestSidecar {
  readonly taken: TakenJob[] = [];
  readonly under: WorkUnderTest;
  readonly #ends = new Map<TakenJob, { done(): void; fail(error: Error): void }>();

  constructor(under: WorkUnderTest, concurrency: number) {
    this.under = under;
    under.work.start((taken) => {
      this.taken.push(taken);
      return new Promise((done, fail) => {
        this.#ends.set(taken, { done, fail });
      });
    });
    under.work.setConcurrency(concurrency);
  }

  get jobIds(): string[] {
    return this.taken.map(({ job }) => job.jobId);
  }

  finish(taken: TakenJob): void {
    this.#ends.get(taken)?.done();
  }

  fail(taken: TakenJob): void {
    this.#ends.get(taken)?.fail(new Error('the test fails this job'));
  }

  async gets(count: number, timeoutMs?: number): Promise<TakenJob> {
    await waitUntil(() => this.taken.length >= count || `got ${this.taken.length} of ${count} jobs`, timeoutMs);
    const taken = this.taken[count - 1];
    if (!taken) throw new Error('cannot be');
    return taken;
  }

  async close(): Promise<void> {
    this.under.speakAgain();
    for (const taken of this.taken) this.finish(taken);
    await this.under.close();
  }
}

let lastJob = 0;
function newJob(): ReencodingJob {
  const jobId = `job-${++lastJob}`;
  return {
    jobId,
    roomId: 'standup:{42}',
    participantId: 'ann',
    trackId: `track-${jobId}`,
    nodeId: 'node-1',
    nodeUrl: 'http://127.0.0.1:3000',
  };
}

/** Tests what every `ReencodingQueue` and `ReencodingWork` promise. */
export function describeReencodingQueue(name: string, create: () => Promise<ReencodingQueueUnderTest>): void {
  describe(`reencoding queue: ${name}`, () => {
    let under: ReencodingQueueUnderTest;
    const added: string[] = [];
    const sidecars: TestSidecar[] = [];
    beforeAll(async () => {
      under = await create();
    });
    afterAll(() => under?.close());
    afterEach(async () => {
      await Promise.all(sidecars.splice(0).map((sidecar) => sidecar.close()));
      for (const jobId of added.splice(0)) await under.queue.remove(jobId);
    });

    const add = async (job = newJob()): Promise<ReencodingJob> => {
      await under.queue.add(job);
      added.push(job.jobId);
      return job;
    };
    const startSidecar = async (concurrency = 1): Promise<TestSidecar> => {
      const sidecar = new TestSidecar(await under.createWork(), concurrency);
      sidecars.push(sidecar);
      return sidecar;
    };
    /**
     * Long enough for a forbidden event to happen: locks of silent sidecars have ended, and all others have looked for
     * their jobs twice. The store's own clock measures the locks, so this time has to pass.
     */
    const aWhile = () => sleep(3 * under.lockMs);

    test('a job is given unchanged to exactly one sidecar', async () => {
      const [one, two] = [await startSidecar(5), await startSidecar(5)];
      const jobs = [await add(), await add(), await add()];
      await waitUntil(() => one.taken.length + two.taken.length >= 3 || 'not all were given out');
      await aWhile();
      expect([...one.jobIds, ...two.jobIds].sort()).toEqual(jobs.map(({ jobId }) => jobId).sort());
      for (const { job, lost } of [...one.taken, ...two.taken]) {
        expect(job).toEqual(jobs.find(({ jobId }) => jobId === job.jobId));
        expect(lost.aborted).toBe(false);
      }
    });

    test('adding a job again, on any node, changes nothing while it waits or is worked on', async () => {
      const job = await add();
      await under.otherNode.add(job);
      const sidecar = await startSidecar(5);
      await sidecar.gets(1);
      await under.otherNode.add(job);
      await aWhile();
      expect(sidecar.jobIds).toEqual([job.jobId]);
    });

    test('a job that is done is gone; added again, it has a greater attempt', async () => {
      const job = await add();
      const sidecar = await startSidecar(5);
      const first = await sidecar.gets(1);
      sidecar.finish(first);
      await aWhile();
      expect(sidecar.taken).toHaveLength(1);
      await add(job);
      expect((await sidecar.gets(2)).attempt).toBeGreaterThan(first.attempt);
    });

    test('a job that fails is given out again each time, with a greater attempt', async () => {
      const job = await add();
      const sidecar = await startSidecar();
      for (const time of [1, 2, 3]) sidecar.fail(await sidecar.gets(time));
      await sidecar.gets(4);
      expect(sidecar.jobIds).toEqual(Array(4).fill(job.jobId));
      const attempts = sidecar.taken.map(({ attempt }) => attempt);
      expect(attempts).toEqual([...new Set(attempts)].sort((a, b) => a - b));
    });

    test('no sidecar gets more jobs than it has room for, and its room may change while jobs last', async () => {
      for (let i = 0; i < 4; i++) await add();
      const sidecar = await startSidecar(0);
      await aWhile();
      expect(sidecar.taken).toHaveLength(0);
      sidecar.under.work.setConcurrency(1);
      const first = await sidecar.gets(1);
      await aWhile();
      expect(sidecar.taken).toHaveLength(1);
      sidecar.under.work.setConcurrency(2);
      await sidecar.gets(2);
      sidecar.under.work.setConcurrency(0);
      sidecar.finish(first);
      await aWhile();
      expect(sidecar.taken).toHaveLength(2);
      expect(sidecar.taken.map(({ lost }) => lost.aborted)).toEqual([false, false]);
      const other = await startSidecar(5);
      await other.gets(2);
      expect(new Set([...sidecar.jobIds, ...other.jobIds]).size).toBe(4);
    });

    test('a job waits until a sidecar has room', async () => {
      const full = await startSidecar(1);
      await aWhile();
      full.under.work.setConcurrency(0);
      await add();
      const other = await startSidecar(1);
      await other.gets(1);
      await aWhile();
      expect(full.taken).toHaveLength(0);
      expect(other.taken).toHaveLength(1);
    });

    test('a job removed while it waits is not given out', async () => {
      const job = await add();
      await under.otherNode.remove(job.jobId);
      await under.queue.remove('never-heard-of');
      const sidecar = await startSidecar(5);
      await aWhile();
      expect(sidecar.taken).toEqual([]);
    });

    test('a job removed while a sidecar works on it is not given out again', async () => {
      const job = await add();
      const silent = await startSidecar();
      await silent.gets(1);
      await under.queue.remove(job.jobId);
      await under.queue.remove(job.jobId);
      silent.under.fallSilent();
      const other = await startSidecar();
      await aWhile();
      await aWhile();
      expect(other.taken).toEqual([]);
      await add(job);
      await other.gets(1);
    });

    test('a silent sidecar loses its job to another, learns that, and cannot end the job any more', async () => {
      await add();
      const silent = await startSidecar();
      const first = await silent.gets(1);
      const other = await startSidecar();
      silent.under.fallSilent();
      const second = await other.gets(1);
      expect(second.attempt).toBeGreaterThan(first.attempt);
      silent.under.speakAgain();
      await waitUntil(() => first.lost.aborted || 'the silent sidecar did not learn that its job is lost');
      silent.finish(first);
      await aWhile();
      expect(second.lost.aborted).toBe(false);
      expect(silent.taken).toHaveLength(1);
      expect(other.taken).toHaveLength(1);
    });

    test('a sidecar that was silent keeps its job if nobody took it', async () => {
      await add();
      const lonely = await startSidecar();
      const taken = await lonely.gets(1);
      lonely.under.fallSilent();
      await aWhile();
      lonely.under.speakAgain();
      await aWhile();
      expect(taken.lost.aborted).toBe(false);
      const other = await startSidecar();
      await aWhile();
      expect(other.taken).toEqual([]);
    });

    test('work continues while the store is away, and no sidecar loses a job', async () => {
      const job = await add();
      const [worker, idle] = [await startSidecar(), await startSidecar()];
      await waitUntil(() => worker.taken.length + idle.taken.length === 1 || 'nobody got the job');
      const bringBack = await under.takeAway();
      await expect(under.queue.add(newJob())).rejects.toBeInstanceOf(Unavailable);
      await expect(under.queue.remove(job.jobId)).rejects.toBeInstanceOf(Unavailable);
      await aWhile();
      await bringBack();
      await aWhile();
      const all = [...worker.taken, ...idle.taken];
      expect(all).toHaveLength(1);
      expect(all[0]?.lost.aborted).toBe(false);
      await add();
      await waitUntil(() => worker.taken.length + idle.taken.length === 2 || 'the second job was not given out');
    });

    test('a sidecar learns that the store lost everything, and the job returns with a greater attempt', async () => {
      const job = await add();
      const sidecar = await startSidecar();
      const first = await sidecar.gets(1);
      await under.loseEverything();
      await waitUntil(() => first.lost.aborted || 'the sidecar did not learn that the job is lost');
      sidecar.finish(first);
      await add(job);
      expect((await sidecar.gets(2)).attempt).toBeGreaterThan(first.attempt);
    });

    test('a closing sidecar waits for its jobs and takes no more', async () => {
      await add();
      const closing = await startSidecar();
      const taken = await closing.gets(1);
      let closed = false;
      const close = closing.under.work.close().then(() => {
        closed = true;
      });
      await add();
      await aWhile();
      expect([closed, closing.taken.length, taken.lost.aborted]).toEqual([false, 1, false]);
      closing.finish(taken);
      await close;
      const other = await startSidecar();
      await other.gets(1);
      expect(closing.taken).toHaveLength(1);
    });
  });
}
