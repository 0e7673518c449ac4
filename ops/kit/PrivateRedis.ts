import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askRedis } from '../run/supervision/redisSocket.ts';
import { endsWithUs } from './endsWithUs.ts';

export interface PrivateRedisOptions {
  readonly appendfsync: 'always' | 'everysec';
  /** Also listens on this port, for a replica or other machines to connect to. */
  readonly port?: number;
  /** The address that `port` is on; the loopback if not given. */
  readonly address?: string;
  /** It is a master of a Redis Cluster, whose members talk to each other on this port. */
  readonly clusterBusPort?: number;
  /** Follows the server on this port of the loopback. */
  readonly replicaOfPort?: number;
}

const START_LIMIT_MS = 20_000;
const LOOPBACK = '127.0.0.1';

/** A redis-server with its own folder, configured like the embedded one. */
export class PrivateRedis {
  readonly socketPath: string;
  readonly #folder: string;
  readonly #options: PrivateRedisOptions;
  #child: ChildProcess;
  #said = '';

  private constructor(folder: string, options: PrivateRedisOptions) {
    this.#folder = folder;
    this.#options = options;
    this.socketPath = join(folder, 'redis.sock');
    this.#child = this.#spawn();
  }

  static async start(options: PrivateRedisOptions): Promise<PrivateRedis> {
    const redis = new PrivateRedis(await mkdtemp(join(tmpdir(), 'everroom-redis-')), options);
    try {
      await redis.#serves();
      return redis;
    } catch (error) {
      await redis.stop();
      throw error;
    }
  }

  get url(): string {
    return `unix://${this.socketPath}`;
  }

  /** Where other machines find it. */
  get networkUrl(): string {
    const { address = LOOPBACK, port } = this.#options;
    if (port === undefined) throw new Error('this redis-server listens on no port');
    return `redis://${address}:${port}`;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('redis-server did not start');
    return this.#child.pid;
  }

  /** Its data stay. */
  async kill(): Promise<void> {
    if (this.#hasEnded || this.#child.pid === undefined) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Starts it after `kill`, with the data that had reached the disk. Resolves once it serves. */
  async startAgain(): Promise<void> {
    if (!this.#hasEnded) throw new Error('redis-server is running already');
    this.#child = this.#spawn();
    await this.#serves();
  }

  /** Kills it and removes its data. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #spawn(): ChildProcess {
    const child = spawn('redis-server', settings(this.#folder, this.#options), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    endsWithUs(child);
    this.#said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-2_000);
    });
    child.once('error', (error) => {
      this.#said += error.message;
    });
    return child;
  }

  /** @throws Error with its last words if it does not serve in time */
  async #serves(): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    while ((await askRedis(this.socketPath, 'PING', 1_000)) !== '+PONG') {
      if (this.#hasEnded || Date.now() > deadline) throw new Error(`redis-server does not start: ${this.#said}`);
      await sleep(10);
    }
  }

  get #hasEnded(): boolean {
    return this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

function settings(
  folder: string,
  { address = LOOPBACK, appendfsync, clusterBusPort, port = 0, replicaOfPort }: PrivateRedisOptions,
): string[] {
  const given = {
    port: String(port),
    bind: address,
    // Any other address is one of a network that only this machine has.
    'protected-mode': address === LOOPBACK ? 'yes' : 'no',
    unixsocket: join(folder, 'redis.sock'),
    dir: folder,
    save: '',
    appendonly: 'yes',
    appendfsync,
    'maxmemory-policy': 'noeviction',
    // A replica catches up within milliseconds instead of waiting five seconds for others to join the transfer.
    'repl-diskless-sync-delay': '0',
    ...(clusterBusPort !== undefined && {
      'cluster-enabled': 'yes',
      'cluster-port': String(clusterBusPort),
      'cluster-node-timeout': '1000',
      'cluster-require-full-coverage': 'no',
    }),
  };
  const replica = replicaOfPort === undefined ? [] : ['--replicaof', '127.0.0.1', String(replicaOfPort)];
  return [...Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]), ...replica];
}
