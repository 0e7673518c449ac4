import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { type Logger, Unavailable } from '../core/ports.ts';
import { Availability } from './Availability.ts';
import { probeKey } from './keys.ts';
import { isRefusedUntilReady, meansUnavailable, toUnavailable } from './redisFailure.ts';
import { describeRedisUrl, parseRedisUrl, type RedisAddress } from './redisUrl.ts';

export interface RedisConfig {
  /** In one of the forms of `parseRedisUrl`. */
  readonly url: string;
  /** How long a command waits for Redis to serve, and then again for its answer. */
  readonly commandTimeoutMs?: number;
}

export type RedisClient = Redis | Cluster;

const COMMAND_TIMEOUT_MS = 2_000;
const LONGEST_PAUSE_MS = 500;
const OLDEST_REDIS = 7;
/** Probes without an answer before the socket counts as dead: a host that vanished closes no socket. */
const PROBES_UNTIL_RECONNECT = 2;

/** KEYS[1] key; ARGV[1] command, ARGV[2..] its arguments after the key. Answers what the command answers. */
const KEEP = `#!lua flags=allow-oom
return redis.call(ARGV[1], KEYS[1], unpack(ARGV, 2))`;

/**
 * One connection to Redis. It reconnects by itself, at once and then with short pauses, and knows whether Redis serves
 * (connected, loaded, taking writes). Every `run` ends in bounded time.
 */
export class RedisConnection {
  readonly client: RedisClient;
  readonly address: RedisAddress;
  readonly availability = new Availability();
  readonly #logger: Logger;
  readonly #where: string;
  readonly #keep: ReturnType<typeof defineScript>;
  readonly timeoutMs: number;
  #probing = false;
  #closed = false;
  #lastError: unknown;

  constructor(config: RedisConfig, logger: Logger) {
    this.address = parseRedisUrl(config.url);
    this.#where = describeRedisUrl(config.url);
    this.timeoutMs = config.commandTimeoutMs ?? COMMAND_TIMEOUT_MS;
    this.#logger = logger.child({ redis: this.#where });
    this.client = connect(this.address, this.timeoutMs);
    this.#keep = defineScript(this.client, 'everroomKeep', KEEP, 1);
    this.client.on('error', (error: unknown) => {
      this.#lastError = error;
    });
    this.client.on('ready', () => void this.#probe());
    this.client.on('close', () => this.availability.set(false));
    this.availability.onChange((available) => this.#logChange(available));
  }

  /**
   * Waits until Redis serves, then sends. `what` completes "Could not …".
   * @throws Unavailable when Redis does not serve, or does not answer in time: the command may then have taken effect
   */
  async run<T>(what: string, send: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + this.timeoutMs;
    for (;;) {
      if (!(await this.availability.wait(deadline - Date.now()))) {
        throw toUnavailable(what, this.#lastError ?? new Error(`${this.#where} does not answer`));
      }
      try {
        return await send();
      } catch (error) {
        this.#noteFailure(error);
        if (!isRefusedUntilReady(error) || Date.now() >= deadline) throw toUnavailable(what, error);
      }
    }
  }

  /** Like `run`, but sends again if the connection breaks: for commands that may run twice. */
  async runRepeatable<T>(what: string, send: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + this.timeoutMs;
    for (;;) {
      try {
        return await this.run(what, send);
      } catch (error) {
        if (!(error instanceof Unavailable) || Date.now() >= deadline || this.#closed) throw error;
        await sleep(20);
      }
    }
  }

  /** Sends a small write about nodes and rooms, which Redis takes even if its memory is full. */
  keep(key: string, command: string, ...args: (string | number)[]): Promise<unknown> {
    return this.#keep(key, command, ...args);
  }

  /** @throws Unavailable when Redis does not serve within `timeoutMs`, or is too old */
  async firstService(timeoutMs: number): Promise<void> {
    const what = `reach Redis at ${this.#where}`;
    if (!(await this.availability.wait(timeoutMs))) {
      throw toUnavailable(what, this.#lastError ?? new Error(`No answer in ${timeoutMs} ms`));
    }
    const info = await this.run('ask Redis for its version', () => this.client.info('server'));
    const version = /redis_version:(\d+)\.(\S+)/.exec(info);
    if (version && Number(version[1]) < OLDEST_REDIS) {
      throw new Unavailable(
        'redis',
        `Redis at ${this.#where} is ${version[1]}.${version[2]}: ` +
          `Everroom needs ${OLDEST_REDIS}.0 or newer (sharded pub/sub)`,
      );
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Waits for open answers, then disconnects. */
  async close(): Promise<void> {
    this.#closed = true;
    try {
      await this.client.quit();
    } catch (error) {
      this.#logger.debug({ err: error }, 'no answer to QUIT from Redis');
    }
    this.client.disconnect();
  }

  #noteFailure(error: unknown): void {
    // One part of a cluster may be down while the others serve: only its rooms fail.
    if (this.address.kind === 'cluster' || !meansUnavailable(error) || this.#closed) return;
    this.#lastError = error;
    this.availability.set(false);
    void this.#probe();
  }

  /**
   * Asks until Redis takes a write. ioredis' own ready check would wait a full second when it meets LOADING; PING alone
   * would not notice a full memory or a replica.
   */
  async #probe(): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    let unanswered = 0;
    for (
      let pauseMs = 20;
      !this.#closed && this.client.status === 'ready';
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
    ) {
      try {
        await this.keep(probeKey(), 'SET', '1', 'PX', 10_000);
        this.availability.set(true);
        break;
      } catch (error) {
        this.#lastError = error;
        unanswered = error instanceof Error && error.name === 'ReplyError' ? 0 : unanswered + 1;
        if (unanswered >= PROBES_UNTIL_RECONNECT) {
          this.client.disconnect(true);
          break;
        }
        await sleep(pauseMs);
      }
    }
    this.#probing = false;
  }

  #logChange(available: boolean): void {
    if (this.#closed) return;
    if (available) this.#logger.info({}, 'connected: Redis serves');
    else this.#logger.warn({ err: this.#lastError }, 'rooms take no commands until Redis serves again');
  }
}

/** A Lua script as a function of its keys and arguments: EVALSHA, and EVAL where the server does not know it yet. */
export function defineScript(
  client: RedisClient,
  name: string,
  lua: string,
  numberOfKeys: number,
): (...keysAndArgs: (string | number | Buffer)[]) => Promise<unknown> {
  client.defineCommand(name, { numberOfKeys, lua });
  // ioredis adds a method of that name to the client.
  const commands = client as unknown as Record<string, (...args: (string | number | Buffer)[]) => Promise<unknown>>;
  return (...keysAndArgs) => {
    const command = commands[name];
    if (!command) throw new Error(`ioredis did not define ${name}`);
    return command.apply(client, keysAndArgs);
  };
}

/**
 * The first attempt follows at once, the next ones every 50 ms, since a Redis that restarts is back in a moment; later
 * ones less and less often. Jitter keeps the nodes from calling in step.
 */
function reconnectPauseMs(attempt: number): number {
  if (attempt <= 1) return 0;
  const pauseMs = Math.min(50 * 2 ** Math.max(0, attempt - 10), LONGEST_PAUSE_MS);
  return pauseMs * (0.8 + 0.4 * Math.random());
}

/**
 * Options of all connections. ioredis must not queue or resend anything by itself: an append's outcome must stay known.
 */
export function commonOptions(timeoutMs: number) {
  return {
    commandTimeout: timeoutMs,
    connectTimeout: timeoutMs,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // Open commands fail as soon as the connection breaks.
    maxRetriesPerRequest: 0,
    retryStrategy: reconnectPauseMs,
    sentinelRetryStrategy: reconnectPauseMs,
    // After a failover the old master answers READONLY: ask for the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions;
}

function connect(address: RedisAddress, timeoutMs: number): RedisClient {
  const common = commonOptions(timeoutMs);
  switch (address.kind) {
    case 'standalone':
    case 'sentinel':
      return new Redis({ ...common, ...address.options });
    case 'cluster': {
      const { retryStrategy: _, sentinelRetryStrategy: __, enableOfflineQueue: ___, ...redisOptions } = common;
      return new Cluster([...address.nodes], {
        redisOptions: { ...redisOptions, ...address.options },
        clusterRetryStrategy: reconnectPauseMs,
        slotsRefreshTimeout: timeoutMs,
        // While a slot moves, two masters may point at each other for a moment.
        retryDelayOnMoved: 20,
        enableOfflineQueue: false,
      });
    }
  }
}
