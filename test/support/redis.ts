import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

export interface TestRedisOptions {
  /** When an append reaches the disk; `everysec` by default. */
  appendfsync?: 'always' | 'everysec' | 'no';
  /** More settings, as in redis.conf: `{ maxmemory: '64mb' }`; a list has the words of one line. */
  settings?: Record<string, string | readonly string[]>;
  /** Listens on this port of 127.0.0.1 as well as on the unix socket. */
  port?: number;
}

/** A private redis-server with a separate folder. Its data survive `kill` and `restart` but not `stop`. */
export interface TestRedis {
  /** The unix socket. */
  readonly path: string;
  /** The socket as a setting: `unix:///…/redis.sock`. */
  readonly url: string;
  /** Options for `new Redis(options)`. They retry quickly and never wait a second on LOADING. */
  readonly options: { path: string; enableReadyCheck: false; retryStrategy: () => number };
  /** The pid of the current process. It changes with `restart`. */
  readonly pid: number;
  /** Sends SIGKILL and waits for the end. `start` brings the server back with the data that had reached the disk. */
  kill(): Promise<void>;
  /** Starts the server again after `kill` and waits until it answers. */
  start(): Promise<void>;
  restart(): Promise<void>;
  /** Sends SIGSTOP: sockets stay open and nothing answers. */
  pause(): void;
  /** Sends SIGCONT. */
  resume(): void;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a redis-server for one test file. End it with `stop()` in `afterAll`. */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'everroom-redis-'));
  const path = join(folder, 'redis.sock');
  const clientOptions = { path, enableReadyCheck: false as const, retryStrategy: () => 20 };
  let child: ChildProcess | undefined;

  const endWithUs = (): void => {
    child?.kill('SIGKILL');
  };
  process.on('exit', endWithUs);

  async function start(): Promise<void> {
    if (child) throw new Error('redis-server is running already');
    await mkdir(join(folder, 'data'), { recursive: true });
    let output = '';
    const started = spawn('redis-server', redisArguments(folder, path, options), { stdio: ['ignore', 'pipe', 'pipe'] });
    started.stdout.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
    });
    started.stderr.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
    });
    let spawnFailure: Error | undefined;
    started.once('error', (error) => {
      spawnFailure = error;
    });
    child = started;
    const deadline = Date.now() + 20_000;
    while (!(await answersPing(path))) {
      if (spawnFailure) throw new Error('redis-server does not start', { cause: spawnFailure });
      if (started.exitCode !== null) throw new Error(`redis-server ended with ${started.exitCode}:\n${output}`);
      if (Date.now() > deadline) throw new Error(`redis-server does not answer:\n${output}`);
      await sleep(10);
    }
  }

  async function kill(): Promise<void> {
    const running = child;
    if (!running) return;
    child = undefined;
    if (running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  }

  await start();

  return {
    path,
    url: `unix://${path}`,
    options: clientOptions,
    get pid() {
      if (child?.pid === undefined) throw new Error('redis-server is not running');
      return child.pid;
    },
    kill,
    start,
    async restart() {
      await kill();
      await start();
    },
    pause() {
      child?.kill('SIGSTOP');
    },
    resume() {
      child?.kill('SIGCONT');
    },
    async stop() {
      process.off('exit', endWithUs);
      await kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

function redisArguments(folder: string, path: string, options: TestRedisOptions): string[] {
  const settings: Record<string, string | readonly string[]> = {
    port: String(options.port ?? 0),
    bind: '127.0.0.1',
    unixsocket: path,
    dir: join(folder, 'data'),
    appendonly: 'yes',
    appendfsync: options.appendfsync ?? 'everysec',
    save: '',
    ...options.settings,
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, ...[value].flat()]);
}

/** Returns false while nobody listens or the data are still loading. */
async function answersPing(path: string): Promise<boolean> {
  const probe = new Redis({ path, enableReadyCheck: false, lazyConnect: true, retryStrategy: () => null });
  let failure: Error | undefined;
  probe.on('error', (error) => {
    failure = error;
  });
  try {
    await probe.connect();
    return (await probe.ping()) === 'PONG';
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    return false;
  } finally {
    if (!failure) await probe.quit();
    else probe.disconnect();
  }
}
