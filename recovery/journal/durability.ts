import { type Logger, Unavailable } from '../../core/ports.ts';
import { probeKey } from '../keys.ts';
import type { RedisConnection } from '../RedisConnection.ts';

const PROBE_MS = 10_000;

/**
 * The losses that an acknowledged append survives. `fsync`: power loss of the Redis host (the server needs appendfsync
 * always). `replica`: loss of the Redis host, once that many replicas have the append in memory. `async`: up to 1 s may
 * be lost.
 */
export type Durability =
  | { readonly mode: 'fsync' }
  | { readonly mode: 'replica'; readonly replicas: number }
  | { readonly mode: 'async' };

/**
 * Waits until the replicas have everything that the master had when it answered. Concurrent callers share one WAIT. All
 * of it takes one connection: only then the master that is asked is the one that answered.
 */
export class ReplicaBarrier {
  readonly #redis: RedisConnection;
  readonly #replicas: number;
  /** Grows whenever the master may have become another one. */
  #mark = 0;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(redis: RedisConnection, replicas: number) {
    this.#redis = redis;
    this.#replicas = replicas;
    redis.client.on('close', () => {
      this.#mark += 1;
    });
  }

  /**
   * Call it when a command is sent. Call the returned function after the answer: it resolves once the replicas have
   * what the master had then.
   *
   * @throws Unavailable when they do not confirm it in time, or the master may be another one than at the call
   */
  begin(): () => Promise<void> {
    const mark = this.#mark;
    return async () => {
      this.#requireSame(mark);
      await this.#wait();
      this.#requireSame(mark);
    };
  }

  #requireSame(mark: number): void {
    if (mark === this.#mark) return;
    throw new Unavailable('replicas', 'The link to Redis or its replicas broke before the replicas confirmed');
  }

  #wait(): Promise<void> {
    if (!this.#running) {
      this.#running = this.#ask()
        .catch((error: unknown) => {
          // The master may have been demoted meanwhile: what it answered before may be lost.
          this.#mark += 1;
          throw error;
        })
        .finally(() => {
          this.#running = null;
        });
      return this.#running;
    }
    // The current WAIT may have been sent before the caller's answer.
    this.#next ??= this.#running
      .finally(() => {
        this.#next = null;
      })
      .then(() => this.#wait());
    return this.#next;
  }

  async #ask(): Promise<void> {
    const { client, timeoutMs } = this.#redis;
    const [, reached] = await this.#redis.run('wait for the replicas', () =>
      Promise.all([
        // WAIT counts up to its own connection's last write. Replicas get writes in order, so they have all before it.
        this.#redis.keep(probeKey(), 'SET', '1', 'PX', PROBE_MS),
        // WAIT gives up before the command times out.
        client.wait(this.#replicas, Math.ceil(timeoutMs / 2)),
      ]),
    );
    if (reached >= this.#replicas) return;
    throw new Unavailable(
      'replicas',
      `Only ${reached} of ${this.#replicas} replicas confirmed what Redis has: check their links to the master`,
    );
  }
}

type Settings = Readonly<Record<string, (value: string, replicas: number) => boolean>>;

/** The server settings that each promise needs. */
const SETTINGS: Record<Durability['mode'], Settings> = {
  fsync: {
    appendonly: (value) => value === 'yes',
    appendfsync: (value) => value === 'always',
    'no-appendfsync-on-rewrite': (value) => value === 'no',
  },
  replica: { 'min-replicas-to-write': (value, replicas) => Number(value) >= replicas },
  async: { appendonly: (value) => value === 'yes' },
};

/** Logs a warning for each server setting that breaks the durability promise. */
export async function verifyDurability(redis: RedisConnection, durability: Durability, logger: Logger): Promise<void> {
  const replicas = durability.mode === 'replica' ? durability.replicas : 0;
  const wanted: Settings = {
    ...SETTINGS[durability.mode],
    // These would drop whole journals when memory runs short.
    'maxmemory-policy': (value) => !value.startsWith('allkeys'),
  };
  for (const [setting, keepsPromise] of Object.entries(wanted)) {
    const value = await readSetting(redis, setting, logger);
    if (value === undefined || keepsPromise(value, replicas)) continue;
    logger.warn(
      { setting, value, durability: durability.mode },
      `setting ${setting} of Redis is "${value}": it breaks the promise of durability "${durability.mode}"`,
    );
  }
}

async function readSetting(redis: RedisConnection, setting: string, logger: Logger): Promise<string | undefined> {
  try {
    const [, value] = (await redis.run('read a setting', () => redis.client.config('GET', setting))) as string[];
    return value;
  } catch (error) {
    logger.info(
      { setting, err: error },
      'cannot read this setting of Redis: whether it keeps the durability promise is unknown',
    );
    return undefined;
  }
}
