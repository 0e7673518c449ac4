import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { endsWithUs } from './endsWithUs.ts';
import { freePort, freePorts } from './freePort.ts';
import { PrivateRedis } from './PrivateRedis.ts';
import { waitUntilNothingMissing } from './waitUntil.ts';

interface Server {
  readonly port: number;
  /** Null while it is dead. */
  process: PrivateRedis | null;
}

const MASTER_NAME = 'main';
const START_LIMIT_MS = 30_000;
const FAILOVER_LIMIT_MS = 60_000;

/** A primary Redis and its replica, watched by a Sentinel, which promotes the replica when the primary dies. */
export class WatchedRedis {
  readonly url: string;
  /** First the primary, then the replica, as they started. */
  readonly servers: readonly [Server, Server];
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #sentinel: Redis;

  private constructor(servers: readonly [Server, Server], folder: string, process: ChildProcess, port: number) {
    this.url = `redis+sentinel://127.0.0.1:${port}/${MASTER_NAME}`;
    this.servers = servers;
    this.#folder = folder;
    this.#process = process;
    this.#sentinel = new Redis({ port, retryStrategy: () => 20, maxRetriesPerRequest: null });
    this.#sentinel.on('error', () => undefined); // It is still starting.
  }

  /** Resolves once the replica is in step and the Sentinel knows it. */
  static async start(): Promise<WatchedRedis> {
    const [first = 0, second = 0] = await freePorts(2);
    const primary = await PrivateRedis.start({ appendfsync: 'everysec', port: first });
    const replica = await PrivateRedis.start({ appendfsync: 'everysec', port: second, replicaOfPort: first });
    const servers: [Server, Server] = [
      { port: first, process: primary },
      { port: second, process: replica },
    ];
    const folder = await mkdtemp(join(tmpdir(), 'everroom-sentinel-'));
    const port = await freePort();
    const config = join(folder, 'sentinel.conf');
    await writeFile(config, sentinelConf(folder, port, first));
    const process = spawn('redis-server', [config, '--sentinel'], { stdio: 'ignore' });
    endsWithUs(process);
    const redis = new WatchedRedis(servers, folder, process, port);
    try {
      await waitUntilNothingMissing('the Sentinel is not ready', () => redis.missing(), START_LIMIT_MS);
      return redis;
    } catch (error) {
      await redis.stop();
      throw error;
    }
  }

  /** Returns null if the primary may die now: its replica is in step, and the Sentinel would promote it. */
  async missing(): Promise<string | null> {
    const primary = await this.#primary();
    if (!primary?.process) return 'the Sentinel names no living primary';
    const replication = await ask(primary.port, (client) => client.info('replication'));
    if (replication === null) return 'the primary does not answer';
    if (!/^slave0:.*state=online/m.test(replication)) return 'the replica is not in step';
    const [known] = (await this.#sentinel.call('SENTINEL', 'REPLICAS', MASTER_NAME)) as string[][];
    const flags = known?.[known.indexOf('flags') + 1];
    return flags === 'slave' ? null : `the Sentinel counts the replica as ${flags ?? 'unknown'}`;
  }

  /** Kills the primary. Returns its pid. */
  async killPrimary(): Promise<number> {
    const primary = await this.#primary();
    if (!primary?.process) throw new Error('there is no primary to kill');
    const { pid } = primary.process;
    await primary.process.stop();
    primary.process = null;
    return pid;
  }

  /** Starts the dead server again, as a replica of the other one, once that was promoted. */
  async replaceDead(): Promise<void> {
    const dead = this.servers.find((server) => !server.process);
    const alive = this.servers.find((server) => server.process);
    if (!dead || !alive) return;
    const missing = async (): Promise<string | null> => {
      const role = await ask(alive.port, (client) => client.role());
      if (role === null) return 'it does not answer';
      return role[0] === 'master' && (await this.#primary()) === alive ? null : `it is ${String(role[0])}`;
    };
    await waitUntilNothingMissing('the replica is not promoted', missing, FAILOVER_LIMIT_MS);
    dead.process = await PrivateRedis.start({
      appendfsync: 'everysec',
      port: dead.port,
      replicaOfPort: alive.port,
    });
  }

  async stop(): Promise<void> {
    this.#sentinel.disconnect();
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await ended;
    }
    await Promise.all(this.servers.map((server) => server.process?.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The server that the Sentinel names. */
  async #primary(): Promise<Server | undefined> {
    const address = (await this.#sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER_NAME)) as string[] | null;
    return this.servers.find(({ port }) => String(port) === address?.[1]);
  }
}

/** Returns null if there is no answer: a Sentinel also closes the connections of a server that it promotes. */
async function ask<Answer>(port: number, question: (client: Redis) => Promise<Answer>): Promise<Answer | null> {
  const client = new Redis({ port, maxRetriesPerRequest: 0, retryStrategy: () => null });
  client.on('error', () => undefined); // The question fails with it.
  try {
    return await question(client);
  } catch {
    return null;
  } finally {
    client.disconnect();
  }
}

function sentinelConf(folder: string, port: number, masterPort: number): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} 1`,
    `sentinel down-after-milliseconds ${MASTER_NAME} 500`,
    `sentinel failover-timeout ${MASTER_NAME} 3000`,
  ].join('\n');
}
