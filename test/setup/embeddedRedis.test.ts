import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EmbeddedRedis } from '../../ops/run/embeddedRedis.ts';
import { signalProcess } from '../support/signalProcess.ts';
import { waitUntil } from '../support/waitUntil.ts';

let folder: string;
let redis: EmbeddedRedis | undefined;
const clients: Redis[] = [];
const lines: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'everroom-data-'));
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  await redis?.stop();
  redis = undefined;
  lines.length = 0;
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

async function start(dataFolder = folder): Promise<EmbeddedRedis> {
  redis = await EmbeddedRedis.start({ dataFolder, durability: 'fsync', log: (line) => lines.push(line) });
  return redis;
}

function connect(socketPath: string): Redis {
  const client = new Redis({ path: socketPath, enableReadyCheck: false, retryStrategy: () => 20 });
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

function isAlive(pid: number): boolean {
  try {
    // A process that has ended and waits to be collected has no command line.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

test('data outlive an orderly stop', async () => {
  const first = await start();
  await connect(first.socketPath).set('kept', 'yes');
  await first.stop();
  const second = await start();
  expect(await connect(second.socketPath).get('kept')).toBe('yes');
});

test('a killed Redis comes back with everything that it had acknowledged', async () => {
  const { socketPath, pid } = await start();
  const client = connect(socketPath);
  await client.set('kept', 'yes');
  signalProcess(pid, 'SIGKILL');
  await waitUntil(() => (redis?.pid !== undefined && redis.pid !== pid) || 'Redis does not run again');
  expect(await client.get('kept')).toBe('yes');
  await waitUntil(() => lines.includes('Redis runs again') || 'its return is not told');
});

test('a command that a crash cut in half is dropped, and the ones before it stay', async () => {
  const first = await start();
  const client = connect(first.socketPath);
  await client.set('kept', 'yes');
  await client.set('cut', 'x'.repeat(1000));
  await first.stop();
  const aofFolder = join(folder, 'redis', 'appendonlydir');
  const tail = readdirSync(aofFolder).find((name) => name.includes('.incr.')) ?? '';
  const length = readFileSync(join(aofFolder, tail)).length;
  truncateSync(join(aofFolder, tail), length - 500);
  const second = connect((await start()).socketPath);
  expect(await second.get('kept')).toBe('yes');
  expect(await second.get('cut')).toBeNull();
});

test('Redis works in a folder with spaces and quotes, and in one too deep for a socket', async () => {
  const odd = join(folder, 'a "b" c');
  mkdirSync(odd);
  expect(await connect((await start(odd)).socketPath).ping()).toBe('PONG');
  await redis?.stop();
  const deep = join(folder, 'd'.repeat(120));
  mkdirSync(deep);
  const { socketPath } = await start(deep);
  expect(Buffer.byteLength(socketPath)).toBeLessThan(108);
  expect(await connect(socketPath).ping()).toBe('PONG');
});

test('Redis writes everything and ends when the process that owns it is killed', async () => {
  const script = fileURLToPath(new URL('fixtures/holdRedis.ts', import.meta.url));
  const holder = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(holder.stdout, 'data')) as [Buffer];
  const { pid, socketPath } = JSON.parse(line.toString()) as { pid: number; socketPath: string };
  await connect(socketPath).set('kept', 'yes');
  holder.kill('SIGKILL');
  await waitUntil(() => !isAlive(pid) || `Redis ${pid} does not end`);
  expect(await connect((await start()).socketPath).get('kept')).toBe('yes');
});

test('a left-over Redis is shut down before another one starts on its files', async () => {
  const first = await start();
  await first.stop();
  const leftOver = spawn('redis-server', [join(folder, 'run', 'redis.conf')], { stdio: 'ignore' });
  const client = connect(first.socketPath);
  await client.set('kept', 'yes');
  const ended = once(leftOver, 'exit');
  const second = await start();
  await ended;
  expect(second.pid).not.toBe(leftOver.pid);
  expect(await connect(second.socketPath).get('kept')).toBe('yes');
});
