import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { isAlive } from '../../ops/kit/deployment/processes.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { waitUntil } from '../support/waitUntil.ts';

let redis: TestRedis | undefined;

afterEach(async () => {
  await redis?.stop();
  redis = undefined;
});

function connect(options: TestRedis['options']): Redis {
  const client = new Redis(options);
  client.on('error', () => undefined); // It is killed on purpose.
  return client;
}

test('data written with `appendfsync always` survives a kill', async () => {
  redis = await startTestRedis({ appendfsync: 'always' });
  const client = connect(redis.options);
  await client.set('kept', 'yes');
  const first = redis.pid;
  await redis.restart();
  expect(redis.pid).not.toBe(first);
  expect(await client.get('kept')).toBe('yes');
  client.disconnect();
});

test('a paused server answers after it resumes', async () => {
  const other = await startTestRedis();
  onTestFinished(() => other.stop());
  redis = await startTestRedis();
  const client = connect(redis.options);
  await client.ping();
  redis.pause();
  let answered = false;
  const answer = client.ping().then(() => {
    answered = true;
  });
  const marker = connect(other.options);
  for (let round = 0; round < 100; round += 1) await marker.ping();
  marker.disconnect();
  expect(answered).toBe(false);
  redis.resume();
  await answer;
  client.disconnect();
});

test('what a drill has started ends with it, even when it is paused and the drill is killed', async () => {
  const kit = new URL('../../ops/kit/PrivateRedis.ts', import.meta.url);
  const drill = `
    const { PrivateRedis } = await import('${kit}');
    const redis = await PrivateRedis.start({ appendfsync: 'everysec' });
    process.kill(redis.pid, 'SIGSTOP');
    process.stdout.write(String(redis.pid));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', drill], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(child.stdout, 'data');
  const pid = Number(said);
  expect(isAlive(pid)).toBe(true);
  child.kill('SIGKILL');
  await waitUntil(() => !isAlive(pid) || `redis-server ${pid} still runs`);
});
