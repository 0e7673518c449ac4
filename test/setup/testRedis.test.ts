import { Redis } from 'ioredis';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

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
