import { readdir, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Unavailable } from '../../../core/ports.ts';
import { ORIGIN, type Position } from '../../../core/room/commit.ts';
import type { RoomId } from '../../../core/room/state.ts';
import { randomFrom } from '../../../ops/kit/random.ts';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import { commitsAfter, positionOf } from '../../contract/commits.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { seedOf } from '../../support/seed.ts';
import { silentLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';

let server: TestRedis;
let recovery: Recovery;

async function start(): Promise<void> {
  server = await startTestRedis({ appendfsync: 'always' });
  recovery = await createRecovery({
    redis: { url: server.url, commandTimeoutMs: 10_000 },
    durability: { mode: 'fsync' },
    nodeId: 'node-1',
    clock: systemClock,
    logger: silentLogger,
  });
}

afterEach(async () => {
  await recovery.close();
  await server.stop();
});

/** One room's writer: appends until it is stopped, and records the acknowledged commits. */
class Writer {
  readonly acknowledged: string[] = [];
  unknown = 0;
  #position: Position = ORIGIN;
  readonly roomId: RoomId;

  constructor(roomId: RoomId) {
    this.roomId = roomId;
  }

  async write(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      const commits = commitsAfter(this.#position, 1);
      try {
        const outcome = await recovery.journal.append(this.roomId, commits, this.#position);
        if (outcome.type === 'diverged') throw new Error(`${this.roomId} lost acknowledged commits`);
        if (outcome.type === 'appended') this.acknowledged.push(...commits.map((commit) => commit.commitId));
        this.#position = positionOf((outcome.type === 'behind' ? outcome.missed : commits).at(-1));
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        // The next append shows it: behind, by our own commit, or not.
        this.unknown++;
      }
    }
  }
}

test('[J2] all acknowledged commits survive three kills of Redis during 200 appends, in one order', async () => {
  await start();
  const writers = Array.from({ length: 200 }, (_, i) => new Writer(`room-${i}`));
  const total = (): number => writers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  const random = randomFrom(seedOf('kills during appends'));
  let done = false;
  const writing = Promise.all(writers.map((writer) => writer.write(() => done)));
  try {
    for (let kill = 0; kill < 3; kill++) {
      const enough = total() + 200 + Math.floor(random() * 400);
      await waitUntil(() => total() >= enough || `${enough - total()} appends until the kill`);
      await server.restart();
      const before = writers.map((writer) => writer.acknowledged.length);
      await waitUntil(
        () => writers.every((writer, i) => writer.acknowledged.length > (before[i] ?? 0)) || 'not every writer goes on',
      );
    }
  } finally {
    done = true;
  }
  await writing;

  expect(writers.some((writer) => writer.unknown > 0)).toBe(true);
  await Promise.all(
    writers.map(async ({ roomId, acknowledged }) => {
      const kept = await recovery.journal.read(roomId, 0, 100_000);
      expect(kept.map((commit) => commit.version)).toEqual(kept.map((_, i) => i + 1));
      const ids = new Set(kept.map((commit) => commit.commitId));
      expect(ids.size).toBe(kept.length);
      expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
    }),
  );
});

test('[J4] a writer restores what a torn end of the append-only file lost', async () => {
  await start();
  const commits = commitsAfter(ORIGIN, 20);
  for (const [i, commit] of commits.entries()) {
    await recovery.journal.append('room', [commit], positionOf(commits[i - 1]));
  }
  await server.kill();
  const folder = join(dirname(server.path), 'data', 'appendonlydir');
  const newest =
    (await readdir(folder))
      .filter((file) => file.endsWith('.incr.aof'))
      .sort()
      .at(-1) ?? '';
  const file = join(folder, newest);
  // In the last transaction but one: Redis drops the incomplete rest.
  await truncate(file, (await stat(file)).size - 400);
  await server.start();

  const end = positionOf(commits.at(-1));
  const next = commitsAfter(end, 1);
  const outcome = await recovery.journal.append('room', next, end);
  if (outcome.type !== 'diverged') throw new Error(`the append answered ${outcome.type}`);
  expect(outcome.journal.version).toBeLessThan(20);
  expect(outcome.journal).toEqual(positionOf(commits[outcome.journal.version - 1]));
  const lost = commits.slice(outcome.journal.version);
  expect(await recovery.journal.append('room', [...lost, ...next], outcome.journal)).toEqual({ type: 'appended' });
  expect(await recovery.journal.read('room', 0, 100)).toEqual([...commits, ...next]);
});
