import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childEnvironment } from './childEnvironment.ts';
import { privateSocket } from './privateSocket.ts';
import { SIDECAR_USER, sidecarPassword, sidecarRules } from './sidecarUser.ts';
import { backoffMs } from './supervision/backoff.ts';
import { askRedis } from './supervision/redisSocket.ts';

export interface EmbeddedRedisOptions {
  /**
   * Holds the rooms in `DATA/redis`, and the generated redis.conf and the socket in `DATA/run`. Only this process may
   * use it.
   */
  dataFolder: string;
  durability: 'fsync' | 'async';
  /** Beyond it Redis takes only what frees memory. */
  memoryMb: number;
  /** The password of the user that sidecars connect as follows from it. */
  sidecarSecret: string;
  log: (line: string) => void;
}

/** Redis does not start: the message holds the last lines it wrote. */
export class RedisFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RedisFailure';
  }
}

/** A Redis that leaves this many pings in a row unanswered hangs; a slow disk may delay a few. */
const UNANSWERED_PINGS = 5;
const PING_EVERY_MS = 1_000;
const PING_LIMIT_MS = 1_000;

/**
 * The shell that keeps Redis. Besides waiting, it does one thing: when its standard input closes, also through the
 * death of the process at the other end, it ends Redis by SIGTERM, and Redis writes everything to disk.
 */
const KEEPER = `
exec 3<&0
redis-server "$1" </dev/null 3<&- &
redis=$!
{ read -r _ <&3; kill -TERM "$redis"; } 2>/dev/null &
watch=$!
wait "$redis"
code=$?
kill "$watch" 2>/dev/null
exit "$code"
`;

/** Our own redis-server on a unix socket, append-only, restarted whenever it ends. */
export class EmbeddedRedis {
  readonly socketPath: string;
  readonly #options: EmbeddedRedisOptions;
  readonly #runFolder: string;
  #keeper: ChildProcess | undefined;
  #output: string[] = [];
  #stopping = false;
  #restartListener: (() => void) | undefined;

  private constructor(options: EmbeddedRedisOptions) {
    this.#options = options;
    this.#runFolder = join(options.dataFolder, 'run');
    this.socketPath = privateSocket(options.dataFolder, 'redis');
  }

  /**
   * Resolves once Redis has loaded its data and replies to PING. First shuts down a Redis that a crash left behind on
   * the same folder, so that two never write one file.
   * @throws RedisFailure when Redis does not start
   */
  static async start(options: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
    const redis = new EmbeddedRedis(options);
    mkdirSync(redis.#runFolder, { recursive: true, mode: 0o700 });
    mkdirSync(join(options.dataFolder, 'redis'), { recursive: true, mode: 0o700 });
    writeFileSync(redis.#confPath, redisConf(options, redis.socketPath, redis.#pidPath), { mode: 0o600 });
    await redis.#endLeftOver();
    await redis.#launch();
    redis.#keepAlive();
    return redis;
  }

  /** Where sidecars connect: as a user who reaches the reencoding queue and no room. */
  get sidecarUrl(): string {
    return sidecarRedisUrl(this.socketPath, this.#options.sidecarSecret);
  }

  /** The process of redis-server; undefined while it restarts. */
  get pid(): number | undefined {
    return readPid(this.#pidPath);
  }

  onRestart(listener: () => void): void {
    this.#restartListener = listener;
  }

  /** Ends Redis after it has written everything to disk. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const keeper = this.#keeper;
    if (!keeper || hasEnded(keeper)) return;
    const ended = once(keeper, 'exit');
    keeper.stdin?.end();
    const killer = setTimeout(() => {
      this.#options.log('Redis does not end: killing it');
      if (this.pid !== undefined) signal(this.pid, 'SIGKILL');
    }, 10_000);
    await ended;
    clearTimeout(killer);
  }

  get #confPath(): string {
    return join(this.#runFolder, 'redis.conf');
  }

  get #pidPath(): string {
    return join(this.#runFolder, 'redis.pid');
  }

  async #launch(): Promise<void> {
    this.#output = [];
    // Starts its own session: Ctrl-C in a terminal must reach Redis last, through us.
    const keeper = spawn('/bin/sh', ['-c', KEEPER, 'everroom-redis', this.#confPath], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: childEnvironment(process.env),
    });
    this.#keeper = keeper;
    keeper.stdin.on('error', () => undefined); // The keeper ended first; its exit tells.
    for (const stream of [keeper.stdout, keeper.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#output = [...this.#output, ...chunk.toString().trimEnd().split('\n')].slice(-12);
      });
    }
    const startedAt = Date.now();
    let nextNews = 3000;
    for (;;) {
      const answer = await askRedis(this.socketPath, 'PING', 1000);
      if (answer === '+PONG') return;
      if (hasEnded(keeper)) throw new RedisFailure(this.#whyEnded());
      const waitedMs = Date.now() - startedAt;
      if (waitedMs > nextNews) {
        nextNews += 5000;
        this.#options.log(`Redis is loading its data (${Math.round(waitedMs / 1000)} s)`);
      }
      await sleep(10);
    }
  }

  #whyEnded(): string {
    const said = this.#output.map((line) => `  ${line}`).join('\n');
    const repair = /Bad file format|Unrecoverable|Unexpected end of file/i.test(said)
      ? `\nIts data are damaged. Copy ${join(this.#options.dataFolder, 'redis')} away, ` +
        'then repair the file named above with redis-check-aof --fix.'
      : '';
    return `redis-server does not start. It said:\n${said}${repair}`;
  }

  #keepAlive(): void {
    const keeper = this.#keeper;
    if (!keeper) return;
    const restart = async (): Promise<void> => {
      for (let failures = 1; !this.#stopping; failures += 1) {
        await sleep(backoffMs(failures));
        if (this.#stopping) return;
        try {
          await this.#endLeftOver();
          await this.#launch();
          this.#options.log('Redis runs again');
          this.#restartListener?.();
          this.#keepAlive();
          return;
        } catch (error) {
          if (this.#stopping) return;
          this.#options.log(error instanceof Error ? error.message : String(error));
        }
      }
    };
    const onEnd = (): void => {
      if (this.#stopping) return;
      this.#options.log('Redis ended: starting it again');
      void restart();
    };
    if (hasEnded(keeper)) onEnd();
    else keeper.once('exit', onEnd);
    void this.#watch(keeper);
  }

  /**
   * Kills a Redis that hangs, so that it is started again. Counts pings instead of time: after this process itself
   * stood still, the first one is answered.
   */
  async #watch(keeper: ChildProcess): Promise<void> {
    for (let unanswered = 0; unanswered < UNANSWERED_PINGS; ) {
      await sleep(PING_EVERY_MS, undefined, { ref: false });
      if (this.#stopping || hasEnded(keeper)) return;
      const answer = await askRedis(this.socketPath, 'PING', PING_LIMIT_MS);
      unanswered = answer === undefined ? unanswered + 1 : 0;
    }
    if (this.#stopping || hasEnded(keeper)) return;
    this.#options.log('Redis does not answer: killing it');
    if (this.pid !== undefined) signal(this.pid, 'SIGKILL');
  }

  /** Only the holder of the data folder's lock calls this, so whatever answers on our socket is our left-over. */
  async #endLeftOver(): Promise<void> {
    const pid = this.pid;
    const answer = await askRedis(this.socketPath, 'PING', 1000);
    if (answer === undefined && !isRedis(pid)) return;
    this.#options.log('a Redis of an earlier run is still there: shutting it down');
    if (answer !== undefined) await askRedis(this.socketPath, 'SHUTDOWN', 5000);
    else if (pid !== undefined) signal(pid, 'SIGTERM');
    const deadline = Date.now() + 10_000;
    while (pid !== undefined && isRedis(pid)) {
      if (Date.now() > deadline) signal(pid, 'SIGKILL');
      await sleep(20);
    }
  }
}

/** Returns the address of an embedded Redis for a sidecar, which its server lets in with the shared secret. */
export function sidecarRedisUrl(socketPath: string, sidecarSecret: string): string {
  const path = socketPath.split('/').map(encodeURIComponent).join('/');
  return `unix://${SIDECAR_USER}:${sidecarPassword(sidecarSecret)}@${path}`;
}

function redisConf(options: EmbeddedRedisOptions, socketPath: string, pidPath: string): string {
  const { dataFolder, durability, memoryMb, sidecarSecret } = options;
  const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  return [
    '# Written at every start.',
    'port 0',
    `unixsocket ${quoted(socketPath)}`,
    'unixsocketperm 700',
    `pidfile ${quoted(pidPath)}`,
    `dir ${quoted(join(dataFolder, 'redis'))}`,
    'daemonize no',
    'save ""',
    'appendonly yes',
    `appendfsync ${durability === 'fsync' ? 'always' : 'everysec'}`,
    // A crash in the middle of an append leaves half a command; nobody was told that it is in the journal.
    'aof-load-truncated yes',
    'no-appendfsync-on-rewrite no',
    'maxmemory-policy noeviction',
    `maxmemory ${memoryMb}mb`,
    'loglevel notice',
    `user ${SIDECAR_USER} ${sidecarRules(sidecarPassword(sidecarSecret))}`,
    '',
  ].join('\n');
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined; // No file: no Redis.
  }
}

function isRedis(pid: number | undefined): boolean {
  try {
    return pid !== undefined && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('redis-server');
  } catch {
    return false; // No such process, or no /proc: the socket alone must tell.
  }
}

/** Returns whether the process was there to be signalled. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
