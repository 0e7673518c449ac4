import type { Clock, Logger, ServiceTime } from '../core/ports.ts';
import { serviceKey } from './keys.ts';
import type { RedisConnection } from './RedisConnection.ts';
import { BEAT_MS, DEAD_AFTER_MS } from './RedisPresence.ts';
import { Repeater } from './Repeater.ts';
import { defineScripts, type Scripts } from './scripts.ts';

/** A node whose clock is off by more than this says so, and takes nobody new. */
const CLOCK_TOLERANCE_MS = 2_000;

/**
 * The time of the Redis server, measured every second. Between two measurements it follows this process' monotonic
 * time, so that a step of the machine's clock does not reach it.
 */
export class RedisTime implements ServiceTime {
  readonly #redis: RedisConnection;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #elapsed: () => number;
  readonly #scripts: Scripts;
  readonly #measurements: Repeater;
  /** Redis' time less the monotonic time, in ms. */
  #offsetMs: number | null = null;
  #upSince: number | null = null;
  #serving = false;
  #isRight = true;

  /** `clock` gives the timers, and the machine's time, which is compared with that of Redis. */
  constructor(redis: RedisConnection, clock: Clock, logger: Logger, elapsed = () => performance.now()) {
    this.#redis = redis;
    this.#clock = clock;
    this.#logger = logger;
    this.#elapsed = elapsed;
    this.#scripts = defineScripts(redis.client);
    this.#measurements = new Repeater(
      clock,
      logger,
      () => BEAT_MS,
      () => this.#measure(),
    );
  }

  /** @throws Unavailable when Redis does not answer */
  async start(): Promise<void> {
    await this.#measure();
    this.#measurements.start();
  }

  async stop(): Promise<void> {
    await this.#measurements.stop();
  }

  now(): number {
    // Whole milliseconds, as everywhere in the record.
    return Math.round(this.#elapsed() + (this.#offsetMs ?? this.#clock.now() - this.#elapsed()));
  }

  get clockErrorMs(): number {
    return this.#clock.now() - this.now();
  }

  get clockIsRight(): boolean {
    return Math.abs(this.clockErrorMs) <= CLOCK_TOLERANCE_MS;
  }

  get upSince(): number | null {
    return this.#upSince;
  }

  /** From now on this node is one of those that make the service. */
  async serve(): Promise<void> {
    this.#serving = true;
    await this.#measurements.runNow();
  }

  async #measure(): Promise<void> {
    const { askedAt, answer } = await this.#redis.run('ask Redis for the time', async () => {
      const askedAt = this.#elapsed();
      const answer = await this.#scripts.serviceTime(serviceKey(), DEAD_AFTER_MS, this.#serving ? '1' : '');
      return { askedAt, answer: answer as [string, string] };
    });
    const answeredAt = this.#elapsed();
    const [now, since] = answer;
    // Redis told the time at some moment between question and answer, cut to whole ms.
    const earliest = Number(now) - answeredAt;
    const latest = Number(now) + 1 - askedAt;
    const kept = this.#offsetMs ?? (earliest + latest) / 2;
    this.#offsetMs = Math.min(Math.max(kept, earliest), latest);
    if (this.#serving) this.#upSince = Number(since);
    this.#say();
  }

  #say(): void {
    const isRight = this.clockIsRight;
    if (isRight === this.#isRight) return;
    this.#isRight = isRight;
    const clockErrorMs = Math.round(this.clockErrorMs);
    if (isRight) this.#logger.info({ clockErrorMs }, 'the clock of this machine is right again');
    else {
      this.#logger.error(
        { clockErrorMs },
        'the clock of this machine differs from that of Redis: this node takes nobody new until both are right (NTP)',
      );
    }
  }
}
