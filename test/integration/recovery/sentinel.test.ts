import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import type { TakenJob } from '../../../core/reencoding/ports.ts';
import { type Commit, ORIGIN } from '../../../core/room/commit.ts';
import { WatchedRedis } from '../../../ops/kit/WatchedRedis.ts';
import { createRecovery } from '../../../recovery/createRecovery.ts';
import { reencodingPrefix } from '../../../recovery/keys.ts';
import { createReencodingWork } from '../../../recovery/reencoding/createReencodingWork.ts';
import { commitsAfter, positionOf } from '../../contract/commits.ts';
import { silentLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { renewed } from './jobLock.ts';

/** A master with a replica, watched by a sentinel. */
async function startPair(): Promise<{ redis: WatchedRedis; replica: Redis }> {
  const redis = await WatchedRedis.start();
  const [, { port }] = redis.servers;
  const replica = new Redis({ port });
  onTestFinished(async () => {
    replica.disconnect();
    await redis.stop();
  });
  return { redis, replica };
}

test('[R1] appends and pushes continue without help when sentinel replaces a dead master', async () => {
  const { redis, replica } = await startPair();
  const recovery = await createRecovery({
    redis: { url: redis.url, commandTimeoutMs: 1_000 },
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

  await redis.killPrimary();
  await waitUntil(() => !journal.available || 'the journal did not notice');
  await waitUntil(() => journal.available || 'the journal is not available again');
  expect(await journal.append('room', commits.slice(2), positionOf(commits[1]))).toEqual({ type: 'appended' });
  expect(await replica.xlen('everroom:{room}:journal')).toBe(3);
  await waitUntil(() => gaps > 0 || 'nobody was told of the gap');
  const more = commitsAfter(positionOf(commits[2]), 1);
  await journal.append('room', more, positionOf(commits[2]));
  await waitUntil(() => pushed.at(-1)?.commitId === more[0]?.commitId || 'the newest commit was not pushed');
});

test('[R1] workers keep their jobs when the master dies, and the next job is given out', async () => {
  const { redis, replica } = await startPair();
  const options = { redis: { url: redis.url }, clock: systemClock, logger: silentLogger };
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

  await redis.killPrimary();
  await waitUntil(() => !node.journal.available || 'the node did not notice');
  await waitUntil(() => node.journal.available || 'Redis is not available again');
  await node.reencodingQueue.add({ ...job, jobId: 'job-2' });
  await waitUntil(() => taken.length === 2 || `${taken.length} of 2 jobs were given out`);
  await renewed(replica, 'job-1', 'job-2');
  expect(taken.map(({ job: { jobId }, lost }) => [jobId, lost.aborted])).toEqual([
    ['job-1', false],
    ['job-2', false],
  ]);
});
