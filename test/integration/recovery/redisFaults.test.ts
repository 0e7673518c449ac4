import { mkdir, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, test } from 'vitest';
import type { Journal } from '../../../core/ports.ts';
import { ORIGIN } from '../../../core/room/commit.ts';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import type { Durability } from '../../../recovery/journal/durability.ts';
import { commitsAfter, positionOf } from '../../contract/commits.ts';
import { startTestRedis, type TestRedis, type TestRedisOptions } from '../../support/redis.ts';
import { recordingLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startServer(options: TestRedisOptions = {}): Promise<{ server: TestRedis; side: Redis }> {
  const server = await startTestRedis(options);
  cleanups.push(() => server.stop());
  const side = new Redis(server.options);
  side.on('error', () => {}); // Some tests kill the server.
  cleanups.push(() => side.disconnect());
  return { server, side };
}

async function connect(
  url: string,
  {
    durability = { mode: 'async' },
    startTimeoutMs = 5_000,
    commandTimeoutMs = 500,
  }: { durability?: Durability; startTimeoutMs?: number; commandTimeoutMs?: number } = {},
): Promise<Recovery & { readonly logged: ReturnType<typeof recordingLogger>['lines'] }> {
  const logger = recordingLogger();
  const recovery = await createRecovery({
    redis: { url, commandTimeoutMs },
    durability,
    nodeId: 'node-1',
    clock: systemClock,
    logger,
    startTimeoutMs,
  });
  cleanups.push(() => recovery.close());
  return Object.assign(recovery, { logged: logger.lines });
}

/** Checks that the journal refuses by name and gives advice; after `heal` it takes the same commit without help. */
async function refusesUntilHealed(journal: Journal, advice: string, heal: () => Promise<unknown>): Promise<void> {
  const [commit] = commitsAfter(ORIGIN, 1);
  if (!commit) throw new Error('no commit');
  const append = () => journal.append('room', [commit], ORIGIN);
  const refused = expect.objectContaining({ name: 'Unavailable', message: expect.stringContaining(advice) });
  await expect(append()).rejects.toEqual(refused);
  await expect(append()).rejects.toEqual(refused);
  expect(journal.available).toBe(false);
  await heal();
  await waitUntil(() => journal.available || 'the journal is not available again');
  expect(await append()).toEqual({ type: 'appended' });
}

describe('Redis that does not serve', () => {
  test('a Redis that is a read-only replica refuses, and serves once it is a master', async () => {
    const { server, side } = await startServer();
    const { journal } = await connect(server.url);
    await side.replicaof('127.0.0.1', 1);
    await refusesUntilHealed(journal, 'point the URL at the master', () => side.replicaof('NO', 'ONE'));
  });

  test('a Redis whose disk takes no snapshots refuses, and serves once it does', async () => {
    const { server, side } = await startServer({ settings: { 'rdb-key-save-delay': '0' } });
    const { journal } = await connect(server.url);
    const inTheWay = join(dirname(server.path), 'data', 'dump.rdb');
    await mkdir(join(inTheWay, 'full'), { recursive: true });
    await side.config('SET', 'save', '3600 1');
    const saved = async (status: string) =>
      waitUntil(
        async () => (await side.info('persistence')).includes(`rdb_last_bgsave_status:${status}`) || `no ${status} yet`,
      );
    await side.bgsave();
    await saved('err');
    await refusesUntilHealed(journal, 'free space there', async () => {
      await rmdir(join(inTheWay, 'full'));
      await rmdir(inTheWay);
      await side.bgsave();
      await saved('ok');
    });
  });

  test('a Redis with too few replicas refuses, and serves once it needs none', async () => {
    const { server, side } = await startServer();
    const { journal } = await connect(server.url);
    await side.config('SET', 'min-replicas-to-write', '1');
    await refusesUntilHealed(journal, 'min-replicas-to-write', () => side.config('SET', 'min-replicas-to-write', '0'));
  });

  test('a Redis whose permissions were taken away refuses, and serves once they are back', async () => {
    const { server, side } = await startServer();
    const { journal } = await connect(server.url);
    await side.call('ACL', 'SETUSER', 'default', '-@all', '+acl', '+auth', '+hello', '+ping', '+client');
    await refusesUntilHealed(journal, 'ACL LOG', () => side.call('ACL', 'SETUSER', 'default', '+@all'));
  });

  test('commands wait for a Redis that still loads, and lose no second', async () => {
    // Redis loads for seconds, and answers after every 1,024 commands. It sleeps after every eighth, which takes the
    // longer the busier the machine is: hence few sleeps and many commands.
    const { server, side: filler } = await startServer({ appendfsync: 'always', settings: { 'key-load-delay': '-8' } });
    const { journal } = await connect(server.url);
    const commits = commitsAfter(ORIGIN, 3);
    await journal.append('room', commits, ORIGIN);
    await filler.eval("for i = 1, 200000 do redis.call('SET', 'filler' .. i, '') end", 0);
    await server.kill();
    const started = server.start();
    const side = new Redis(server.options);
    side.on('error', () => {});
    cleanups.push(() => side.disconnect());
    // The journal asks while Redis still loads: a client that waits until Redis is ready would lose a second.
    await waitUntil(async () => {
      const said = await side.info('commandstats').catch(String);
      return /cmdstat_(set|eval|evalsha):.*rejected_calls=[1-9]/u.test(said) || 'the journal has asked nothing yet';
    });
    expect(await side.info('persistence')).toContain('loading:1');
    await side.config('SET', 'key-load-delay', '0');
    await waitUntil(() => journal.available || 'the journal is not available again');
    await started;
    expect(await journal.position('room')).toEqual(positionOf(commits.at(-1)));
  });

  test('an append to a paused Redis ends in bounded time, and the journal tells its outcome later', async () => {
    const { server } = await startServer();
    const { journal } = await connect(server.url);
    const commits = commitsAfter(ORIGIN, 1);
    server.pause();
    for (const _attempt of [1, 2]) {
      await expect(journal.append('room', commits, ORIGIN)).rejects.toMatchObject({ name: 'Unavailable' });
    }
    server.resume();
    await waitUntil(() => journal.available || 'the journal is not available again');
    const outcome = await journal.append('room', commits, ORIGIN);
    // Redis took it when it resumed, or takes it now; never twice.
    if (outcome.type !== 'appended') expect(outcome).toEqual({ type: 'behind', missed: commits });
    expect(await journal.read('room', 0, 10)).toEqual(commits);
  });

  test('a Redis that forgot our scripts gets them again', async () => {
    const { server, side } = await startServer();
    const { journal } = await connect(server.url);
    const commits = commitsAfter(ORIGIN, 2);
    await journal.append('room', commits.slice(0, 1), ORIGIN);
    await side.script('FLUSH');
    expect(await journal.append('room', commits.slice(1), positionOf(commits[0]))).toEqual({ type: 'appended' });
  });

  test('followers on a broken push channel hear of the gap and of later commits', async () => {
    const { server, side } = await startServer();
    const { journal } = await connect(server.url);
    const rooms = Array.from({ length: 200 }, (_, i) => `room-${i}`);
    const gaps = new Set<string>();
    const pushed = new Set<string>();
    for (const room of rooms) {
      await journal.follow(
        room,
        () => pushed.add(room),
        () => gaps.add(room),
      );
    }
    await side.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await waitUntil(() => gaps.size === rooms.length || `${gaps.size} of ${rooms.length} followers heard of the gap`);
    await Promise.all(rooms.map((room) => journal.append(room, commitsAfter(ORIGIN, 1), ORIGIN)));
    await waitUntil(
      () => pushed.size === rooms.length || `${pushed.size} of ${rooms.length} followers were pushed a commit`,
    );
    expect(journal.available).toBe(true);
  });
});

describe('at the start', () => {
  test('the error for a missing Redis names it and gives advice', async () => {
    const failure = connect('unix:///nowhere/redis.sock', { startTimeoutMs: 300 });
    await expect(failure).rejects.toThrow('Could not reach Redis at unix:///nowhere/redis.sock');
    await expect(failure).rejects.toMatchObject({ name: 'Unavailable' });
  });

  test('[S2] the error for a wrong password says so and does not show it', async () => {
    const { server, side } = await startServer({ port: 0 });
    await side.config('SET', 'requirepass', 'right');
    await expect(connect(`unix://:wr0ng@${server.path}`, { startTimeoutMs: 500 })).rejects.toThrow(
      'does not accept the user or password',
    );
    await expect(connect(`unix://:wr0ng@${server.path}`, { startTimeoutMs: 500 })).rejects.not.toThrow('wr0ng');
    await expect(connect(server.url, { startTimeoutMs: 500 })).rejects.toThrow('asks for a password');
    const { journal } = await connect(`unix://:right@${server.path}`);
    expect(await journal.position('room')).toEqual(ORIGIN);
  });

  test('a warning names each Redis setting that breaks the promised durability', async () => {
    const { server } = await startServer({ appendfsync: 'everysec' });
    const { logged } = await connect(server.url, { durability: { mode: 'fsync' } });
    const warnings = logged.filter(({ level }) => level === 'warn').map(({ message }) => message);
    expect(warnings).toEqual([expect.stringContaining('appendfsync of Redis is "everysec"')]);

    const { server: good } = await startServer({ appendfsync: 'always' });
    const fine = await connect(good.url, { durability: { mode: 'fsync' } });
    expect(fine.logged.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});
