import { readFileSync } from 'node:fs';
import type { RedisQueueBackend } from 'bullmq';
import { type Clock, type Logger, Unavailable } from '../../core/ports.ts';
import { defineScript, type RedisConnection } from '../RedisConnection.ts';
import { Repeater } from '../Repeater.ts';
import { roundMs } from './storedJob.ts';

const HOLD_JOB = readFileSync(new URL('./holdJob.lua', import.meta.url), 'utf8');
const JUDGE_IN_TIME = readFileSync(new URL('./judgeInTime.lua', import.meta.url), 'utf8');

interface HeldJob {
  readonly jobId: string;
  readonly token: string;
  /** The job belongs to another sidecar, or may do so. */
  lose(): void;
}

/**
 * Keeps the locks of this sidecar's jobs and sends jobs of silent sidecars back into the queue (BullMQ's stalled
 * handling). BullMQ's own renewal gives a job up whenever its lock expired; this one checks whether another sidecar has
 * taken it.
 */
export class JobLocks {
  readonly #redis: RedisConnection;
  readonly #backend: RedisQueueBackend;
  readonly #hold: (...keysAndArgs: (string | number)[]) => Promise<unknown>;
  readonly #judgeInTime: (...keysAndArgs: (string | number)[]) => Promise<unknown>;
  readonly #lockMs: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #held = new Set<HeldJob>();
  readonly #rounds: Repeater;
  #forget: () => void = () => undefined;
  #judgesFrom = 0;
  /** Redis's clock less `performance.now()`, and by how much that may be wrong. */
  #redisTime: { readonly offsetMs: number; readonly errorMs: number } | null = null;

  constructor(redis: RedisConnection, backend: RedisQueueBackend, lockMs: number, clock: Clock, logger: Logger) {
    this.#redis = redis;
    this.#backend = backend;
    this.#hold = defineScript(redis.client, 'everroomHoldJob', HOLD_JOB, 4);
    this.#judgeInTime = defineScript(redis.client, 'everroomJudgeInTime', JUDGE_IN_TIME, 1);
    this.#lockMs = lockMs;
    this.#clock = clock;
    this.#logger = logger;
    this.#rounds = new Repeater(
      clock,
      logger,
      () => roundMs(lockMs),
      () => this.#round(),
    );
  }

  /** Begins to renew locks and to look for jobs of silent sidecars. */
  start(): void {
    this.#forget = this.#redis.availability.onChange((available) => {
      this.#judgeLater();
      if (available) void this.#rounds.runNow();
    });
    this.#rounds.start();
  }

  /** Keeps a lock that BullMQ has just given, until the returned function is called. */
  keep(held: HeldJob): () => void {
    this.#held.add(held);
    return () => this.#held.delete(held);
  }

  async stop(): Promise<void> {
    this.#forget();
    await this.#rounds.stop();
  }

  async #round(): Promise<void> {
    try {
      await Promise.all([...this.#held].map((held) => this.#renew(held)));
      // Asks only if Redis can answer now: a Redis that has just come back would call healthy jobs stalled.
      if (this.#clock.now() < this.#judgesFrom || !this.#redis.availability.available) return;
      const stalled = await this.#redis.run('look for stalled reencoding jobs', () => this.#moveStalled());
      if (stalled.length > 0) this.#logger.warn({ jobIds: stalled }, 'jobs of a silent sidecar go to another one');
    } catch (error) {
      // Work continues: once Redis is back it says whether another sidecar got a job.
      if (!(error instanceof Unavailable)) throw error;
      this.#judgeLater();
      this.#logger.debug({ err: error }, 'cannot tell Redis that this sidecar lives');
    }
  }

  /** Returns the jobs that go to another sidecar: none if Redis hung between the sending of this and its work on it. */
  async #moveStalled(): Promise<string[]> {
    if (this.#redisTime === null) await this.#askInTime({ judges: false });
    if (this.#clock.now() < this.#judgesFrom) return [];
    const [, stalled] = await Promise.all([
      this.#askInTime({ judges: true }),
      // On the same connection, so that Redis works on it right after the other.
      this.#backend.moveStalledJobsToWait(),
    ]);
    return stalled;
  }

  /** Learns Redis's time. `judges`: nobody looks for a while if Redis works on this late. */
  async #askInTime({ judges }: { readonly judges: boolean }): Promise<void> {
    const askedAt = performance.now();
    const { offsetMs, errorMs } = this.#redisTime ?? { offsetMs: 0, errorMs: 0 };
    const now = await this.#judgeInTime(
      this.#backend.keys['stalled-check'] ?? '',
      judges ? Math.round(askedAt + offsetMs) : 0,
      Math.round(roundMs(this.#lockMs) + errorMs),
      this.#lockMs,
    );
    const halfMs = (performance.now() - askedAt) / 2;
    if (2 * halfMs > roundMs(this.#lockMs)) {
      // Redis hung: what it said of its clock is worth nothing.
      this.#judgeLater();
      this.#redisTime = null;
      return;
    }
    this.#redisTime = { offsetMs: Number(now) - askedAt - halfMs, errorMs: halfMs };
  }

  /**
   * While Redis was away nobody could renew a lock: healthy sidecars get time to do so before their jobs count as
   * stalled.
   */
  #judgeLater(): void {
    this.#judgesFrom = this.#clock.now() + this.#lockMs;
  }

  async #renew(held: HeldJob): Promise<void> {
    const { keys } = this.#backend;
    const jobKey = this.#backend.toKey(held.jobId);
    const isOurs = await this.#redis.run('say that a reencoding job is being worked on', () =>
      this.#hold(jobKey, `${jobKey}:lock`, keys.active ?? '', keys.stalled ?? '', held.jobId, held.token, this.#lockMs),
    );
    if (isOurs !== 0 || !this.#held.has(held)) return;
    this.#held.delete(held);
    held.lose();
  }
}
