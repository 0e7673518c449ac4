import { type Logger, Unavailable } from '../../core/ports.ts';
import type { RedisConnection } from '../RedisConnection.ts';

/**
 * The losses that an acknowledged append survives. `fsync`: power loss of the Redis host (the server needs appendfsync
 * always). `replica`: loss of the Redis host, once that many replicas have the append in memory. `async`: up to 1 s may
 * be lost.
 */
export type Durability =
  | { readonly mode: 'fsync' }
  | { readonly mode: 'replica'; readonly replicas: number }
  | { readonly mode: 'async' };

/** Waits until the replicas have this connection's writes. Concurrent appends share one WAIT. */
export class ReplicaBarrier {
  readonly #redis: RedisConnection;
  readonly #replicas: number;
  #connections = 0;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(redis: RedisConnection, replicas: number) {
    this.#redis = redis;
    this.#replicas = replicas;
    redis.client.on('close', () => {
      this.#connections++;
    });
  }

  /** Call it before a write; call the returned function after the answer to the write, to wait for the replicas. */
  begin(): () => Promise<void> {
    const connection = this.#connections;
    return async () => {
      await this.#wait();
      // WAIT covers the writes of its own connection only.
      if (connection !== this.#connections)
        throw new Unavailable('replicas', 'The connection broke before the replicas answered');
    };
  }

  #wait(): Promise<void> {
    if (!this.#running) {
      this.#running = this.#ask().finally(() => {
        this.#running = null;
      });
      return this.#running;
    }
    // The current WAIT may have been sent before our write.
    this.#next ??= this.#running
      .catch(() => undefined) // Its own callers hear of its failure.
      .then(() => {
        this.#next = null;
        return this.#wait();
      });
    return this.#next;
  }

  async #ask(): Promise<void> {
    const reached = await this.#redis.run('wait for the replicas', () =>
      // WAIT gives up before the command times out.
      this.#redis.client.wait(this.#replicas, Math.ceil(this.#redis.timeoutMs / 2)),
    );
    if (reached >= this.#replicas) return;
    throw new Unavailable(
      'replicas',
      `Written, but only ${reached} of ${this.#replicas} replicas confirmed it: check their links to the master`,
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
