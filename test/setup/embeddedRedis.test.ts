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
import { feedChannel, journalKey, reencodingPrefix, sidecarsKey } from '../../recovery/keys.ts';
import { parseRedisUrl } from '../../recovery/redisUrl.ts';
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
  redis = await EmbeddedRedis.start({
    memoryMb: 256,
    dataFolder,
    durability: 'fsync',
    sidecarSecret: 'shared by servers and sidecars',
    log: (line) => lines.push(line),
  });
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

test('a sidecar reaches its queue and the list of sidecars, and no room', async () => {
  const { socketPath, sidecarUrl } = await start();
  const journal = journalKey('room');
  const server = connect(socketPath);
  await server.xadd(journal, '1-0', 'commit', 'the room');
  const { options } = parseRedisUrl(sidecarUrl) as { options: { path: string } };
  const sidecar = new Redis({ ...options, enableReadyCheck: false, retryStrategy: () => 20 });
  clients.push(sidecar);
  await sidecar.hset(`${reencodingPrefix()}:tracks:meta`, 'k', 'v');
  await sidecar.zadd(sidecarsKey(), 1, 'sidecar-1');
  const script = "return redis.call('XRANGE', KEYS[1], '-', '+')";
  for (const reach of [
    () => sidecar.xrange(journal, '-', '+'),
    () => sidecar.xadd(journal, '2-0', 'commit', 'another'),
    () => sidecar.eval(script, 1, journal),
    () => sidecar.subscribe(feedChannel('room')),
    () => sidecar.keys('*'),
    () => sidecar.scan(0),
    () => sidecar.call('ACL', 'LIST'),
    () => sidecar.config('GET', '*'),
  ]) {
    await expect(reach()).rejects.toThrow(/NOPERM|No permissions|no permissions/);
  }
  expect(await server.xlen(journal)).toBe(1);
  const stranger = new Redis({ ...options, password: 'guessed', lazyConnect: true, retryStrategy: () => null });
  clients.push(stranger);
  stranger.on('error', () => undefined);
  await expect(stranger.connect().then(() => stranger.ping())).rejects.toThrow();
});

test('a killed Redis comes back with everything that it had acknowledged', async () => {
  const { socketPath, pid } = await start();
  const client = connect(socketPath);
  await client.set('kept', 'yes');
  signalProcess(pid, 'SIGKILL');
  await waitUntil(() => (redis?.pid !== undefined && redis.pid !== pid) || 'Redis does not run again');
  await waitUntil(() => lines.includes('Redis runs again') || 'its return is not told');
  expect(await client.get('kept')).toBe('yes');
});

test('a hanging Redis is killed and comes back with everything that it had acknowledged', async () => {
  const { socketPath, pid } = await start();
  const client = connect(socketPath);
  await client.set('kept', 'yes');
  signalProcess(pid, 'SIGSTOP');
  await waitUntil(() => lines.includes('Redis does not answer: killing it') || 'nobody notices');
  await waitUntil(() => lines.includes('Redis runs again') || 'its return is not told');
  expect(redis?.pid).not.toBe(pid);
  expect(await client.get('kept')).toBe('yes');
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
  // It loads its files first, and refuses commands meanwhile.
  await waitUntil(async () => (await client.set('kept', 'yes').catch(String)) === 'OK' || 'Redis takes no command');
  const ended = once(leftOver, 'exit');
  const second = await start();
  await ended;
  expect(second.pid).not.toBe(leftOver.pid);
  expect(await connect(second.socketPath).get('kept')).toBe('yes');
});
