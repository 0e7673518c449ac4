import { setImmediate as turn } from 'node:timers/promises';
import type { Journal } from '../../core/ports.ts';
import { type Commit, ORIGIN } from '../../core/room/commit.ts';
import { evolveCommits } from '../../core/room/evolve.ts';
import { EMPTY_ROOM, type RoomState } from '../../core/room/state.ts';
import { restore } from '../../recovery/replay.ts';
import type { Cleanup } from '../kit/cleanup.ts';
import { PrivateRedis } from '../kit/PrivateRedis.ts';
import { median } from '../kit/statistics.ts';
import { openJournal } from './openJournal.ts';
import type { BenchReport } from './Report.ts';
import { recordRoom } from './recordedRoom.ts';

const RUNS = 5;
const PEOPLE = 50;
const COMMITS = 10_000;
const SEED = 20_261_121;
/** The page size of `restore`. */
const PAGE = 1_000;
/** A snapshot is at most this many commits behind the newest one. */
const SNAPSHOT_LAG = 299;

/** Measures how fast a room comes back: pure replay, and from a real Redis with and without a snapshot. */
export async function benchReplay(cleanup: Cleanup): Promise<BenchReport> {
  const commits = recordRoom(PEOPLE, COMMITS, SEED);
  const events = commits.reduce((sum, commit) => sum + commit.events.length, 0);
  const redis = await PrivateRedis.start({ appendfsync: 'everysec' });
  cleanup.add(() => redis.stop());
  const journal = await openJournal(redis, { mode: 'async' }, cleanup);
  await writeRoom(journal, 'plain', commits);
  await writeRoom(journal, 'with-snapshot', commits);
  const early = commits.slice(0, COMMITS - SNAPSHOT_LAG);
  const last = early.at(-1);
  if (!last) throw new Error('a room without commits needs no snapshot');
  const state = replayed(early, PAGE);
  await journal.saveSnapshot('with-snapshot', { position: { version: last.version, commitId: last.commitId }, state });

  const paged: number[] = [];
  const single: number[] = [];
  const plain: number[] = [];
  const snapshot: number[] = [];
  replayed(commits, PAGE); // Warms up the compiler: a restarted node pays this once, not for each room.
  replayed(commits, 1);
  for (let run = 0; run < RUNS; run += 1) {
    paged.push(events / ((await timed(() => replayed(commits, PAGE))) / 1_000));
    single.push(events / ((await timed(() => replayed(commits, 1))) / 1_000));
    plain.push(await timed(() => restore(journal, 'plain')));
    snapshot.push(await timed(() => restore(journal, 'with-snapshot')));
  }
  const perSecond = median(paged);
  return {
    bench: 'replay',
    runs: RUNS,
    how:
      `A room of ${PEOPLE} people, ${COMMITS} commits (${events} events: chat, mutes, hands, reconnects, screens; ` +
      `seed ${SEED}), on a private redis-server over a unix socket. Medians of ${RUNS} runs.`,
    headings: ['what', 'median', 'unit'],
    rows: [
      ['evolve, pages of 1,000 commits (as a restore does)', perSecond, 'events/s'],
      ['evolve, commit by commit (as a live room does)', median(single), 'events/s'],
      [`restore of ${COMMITS} commits from Redis, no snapshot`, median(plain), 'ms'],
      [`the same with a snapshot ${SNAPSHOT_LAG} commits old`, median(snapshot), 'ms'],
    ],
    targets: [{ name: 'replay', measured: perSecond, limit: 200_000, better: 'higher', unit: 'events/s' }],
  };
}

async function writeRoom(journal: Journal, roomId: string, commits: readonly Commit[]): Promise<void> {
  let after = ORIGIN;
  for (const page of pagesOf(commits, 500)) {
    const outcome = await journal.append(roomId, page, after);
    if (outcome.type !== 'appended') throw new Error(`an append to a room of one writer came out ${outcome.type}`);
    const last = page.at(-1);
    if (last) after = { version: last.version, commitId: last.commitId };
  }
}

function replayed(commits: readonly Commit[], page: number): RoomState {
  return pagesOf(commits, page).reduce<RoomState>(evolveCommits, EMPTY_ROOM);
}

function pagesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, page) =>
    items.slice(page * size, (page + 1) * size),
  );
}

async function timed(work: () => unknown): Promise<number> {
  await turn();
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
