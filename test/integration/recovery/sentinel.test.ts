import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import type { TakenJob } from '../../../core/reencoding/ports.ts';
import { type Commit, ORIGIN } from '../../../core/room/commit.ts';
import { freePort } from '../../../ops/kit/freePort.ts';
import { createRecovery } from '../../../recovery/createRecovery.ts';
import { reencodingPrefix } from '../../../recovery/keys.ts';
import { createReencodingWork } from '../../../recovery/reencoding/createReencodingWork.ts';
import { commitsAfter, positionOf } from '../../contract/journal.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { silentLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { renewed } from './jobLock.ts';

async function startServer(port: number): Promise<{ server: TestRedis; side: Redis }> {
  const server = await startTestRedis({ port, settings: { 'repl-diskless-sync-delay': '0' } });
  const side = new Redis(server.options);
  side.on('error', () => {}); // One of them is killed.
  onTestFinished(async () => {
    side.disconnect();
    await server.stop();
  });
  return { server, side };
}

async function startSentinel(masterPort: number): Promise<number> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'everroom-sentinel-'));
  const config = join(folder, 'sentinel.conf');
  await writeFile(
    config,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor main 127.0.0.1 ${masterPort} 1`,
      'sentinel down-after-milliseconds main 500',
      'sentinel failover-timeout main 3000',
    ].join('\n'),
  );
  const child = spawn('redis-server', [config, '--sentinel'], { stdio: 'ignore' });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  const side = new Redis({ port, retryStrategy: () => 20, maxRetriesPerRequest: null });
  side.on('error', () => {}); // It is still starting.
  onTestFinished(() => side.disconnect());
  await waitUntil(
    async () =>
      JSON.stringify(await side.call('SENTINEL', 'REPLICAS', 'main')).includes('"ip"') ||
      'the sentinel knows no replica',
    20_000,
  );
  return port;
}

/** A master with a replica, watched by a sentinel. */
async function startPair(): Promise<{ url: string; master: TestRedis; replica: Redis }> {
  const [masterPort, replicaPort] = [await freePort(), await freePort()];
  const master = await startServer(masterPort);
  const replica = await startServer(replicaPort);
  await replica.side.replicaof('127.0.0.1', masterPort);
  await waitUntil(
    async () => (await master.side.info('replication')).includes('state=online') || 'the replica is not online',
  );
  const url = `redis+sentinel://127.0.0.1:${await startSentinel(masterPort)}/main`;
  return { url, master: master.server, replica: replica.side };
}

test('[R1] appends and pushes continue without help when sentinel replaces a dead master', async () => {
  const { url, master, replica } = await startPair();
  const recovery = await createRecovery({
    redis: { url, commandTimeoutMs: 1_000 },
    durability: { mode: 'async' },
    nodeId: 'node-1',
    clock: systemClock,
    logger: silentLogger,
  });
  onTestFinished(() => recovery.close());
  const { journal } = recovery;

  let gaps = 0;
  const pushed: Commit[] = [];
  await journal.follow(
    'room',
    (commits) => pushed.push(...commits),
    () => gaps++,
  );
  const commits = commitsAfter(ORIGIN, 3);
  expect(await journal.append('room', commits.slice(0, 2), ORIGIN)).toEqual({ type: 'appended' });
  await waitUntil(async () => (await replica.xlen('everroom:{room}:journal')) === 2 || 'the replica has not got it');

  await master.kill();
  await waitUntil(() => !journal.available || 'the journal did not notice');
  await waitUntil(() => journal.available || 'the journal is not available again', 20_000);
  expect(await journal.append('room', commits.slice(2), positionOf(commits[1]))).toEqual({ type: 'appended' });
  expect(await replica.xlen('everroom:{room}:journal')).toBe(3);
  await waitUntil(() => gaps > 0 || 'nobody was told of the gap');
  const more = commitsAfter(positionOf(commits[2]), 1);
  await journal.append('room', more, positionOf(commits[2]));
  await waitUntil(() => pushed.at(-1)?.commitId === more[0]?.commitId || 'the newest commit was not pushed');
});

test('[R1] workers keep their jobs when the master dies, and the next job is given out', async () => {
  const { url, master, replica } = await startPair();
  const options = { redis: { url }, clock: systemClock, logger: silentLogger };
  const node = await createRecovery({ ...options, durability: { mode: 'async' }, nodeId: 'node-1' });
  const place = await createReencodingWork({ ...options, sidecarId: 'sidecar-1' });
  const taken: TakenJob[] = [];
  const ends: (() => void)[] = [];
  onTestFinished(async () => {
    for (const end of ends) end();
    await place.work.close();
    await place.close();
    await node.close();
  });
  place.work.start((job) => {
    taken.push(job);
    return new Promise((resolve) => ends.push(resolve));
  });
  place.work.setConcurrency(5);
  const job = { jobId: 'job-1', roomId: 'r', participantId: 'p', trackId: 't', nodeId: 'n', nodeUrl: 'http://n' };
  await node.reencodingQueue.add(job);
  await waitUntil(() => taken.length === 1 || 'the first job was not given out');
  await waitUntil(
    async () => (await replica.llen(`${reencodingPrefix()}:jobs:active`)) === 1 || 'the replica has not got it',
  );

  await master.kill();
  await waitUntil(() => !node.journal.available || 'the node did not notice');
  await waitUntil(() => node.journal.available || 'Redis is not available again', 20_000);
  await node.reencodingQueue.add({ ...job, jobId: 'job-2' });
  await waitUntil(() => taken.length === 2 || `${taken.length} of 2 jobs were given out`);
  await renewed(replica, 'job-1', 'job-2');
  expect(taken.map(({ job: { jobId }, lost }) => [jobId, lost.aborted])).toEqual([
    ['job-1', false],
    ['job-2', false],
  ]);
});
