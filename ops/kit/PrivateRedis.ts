import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askRedis } from '../run/supervision/redisSocket.ts';

export interface PrivateRedisOptions {
  readonly appendfsync: 'always' | 'everysec';
  /** Also listens on this port of the loopback, for a replica to connect to. */
  readonly port?: number;
  /** Follows the server on this port of the loopback. */
  readonly replicaOfPort?: number;
}

const START_LIMIT_MS = 20_000;

/** A redis-server with its own folder, configured like the embedded one. */
export class PrivateRedis {
  readonly socketPath: string;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.socketPath = join(folder, 'redis.sock');
    this.#child = child;
  }

  static async start(options: PrivateRedisOptions): Promise<PrivateRedis> {
    const folder = await mkdtemp(join(tmpdir(), 'everroom-redis-'));
    const child = spawn('redis-server', settings(folder, options), { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2_000);
    });
    child.once('error', (error) => {
      said += error.message;
    });
    const redis = new PrivateRedis(folder, child);
    const deadline = Date.now() + START_LIMIT_MS;
    while ((await askRedis(redis.socketPath, 'PING', 1_000)) !== '+PONG') {
      if (redis.#hasEnded || Date.now() > deadline) {
        await redis.stop();
        throw new Error(`redis-server does not start: ${said}`);
      }
      await sleep(10);
    }
    return redis;
  }

  get url(): string {
    return `unix://${this.socketPath}`;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('redis-server did not start');
    return this.#child.pid;
  }

  /** Kills it and removes its data. */
  async stop(): Promise<void> {
    if (!this.#hasEnded && this.#child.pid !== undefined) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #hasEnded(): boolean {
    return this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

function settings(folder: string, { appendfsync, port = 0, replicaOfPort }: PrivateRedisOptions): string[] {
  const given = {
    port: String(port),
    bind: '127.0.0.1',
    unixsocket: join(folder, 'redis.sock'),
    dir: folder,
    save: '',
    appendonly: 'yes',
    appendfsync,
    'maxmemory-policy': 'noeviction',
    // A replica catches up within milliseconds instead of waiting five seconds for others to join the transfer.
    'repl-diskless-sync-delay': '0',
  };
  const replica = replicaOfPort === undefined ? [] : ['--replicaof', '127.0.0.1', String(replicaOfPort)];
  return [...Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]), ...replica];
}
