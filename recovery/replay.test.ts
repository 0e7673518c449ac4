import { expect, test } from 'vitest';
import { type Journal, JournalAhead, JournalCorrupt, NO_TAIL } from '../core/ports.ts';
import { type Commit, ORIGIN } from '../core/room/commit.ts';
import { evolveCommits } from '../core/room/evolve.ts';
import { EMPTY_ROOM } from '../core/room/state.ts';
import { ManualClock } from '../test/support/ManualClock.ts';
import { silentLogger } from '../test/support/system.ts';
import { InMemoryJournal, InMemoryJournalStore } from './journal/InMemoryJournal.ts';
import { ReadAhead } from './ReadAhead.ts';
import { restore } from './replay.ts';

const ROOM = 'room';

/** A room in which Ann writes `count - 1` messages. */
function history(count: number): Commit[] {
  return Array.from({ length: count }, (_, i) => ({
    version: i + 1,
    commitId: `c${i + 1}`,
    prev: i === 0 ? '' : `c${i}`,
    commandId: `command-${i}`,
    actor: { kind: 'operator' },
    at: i,
    events:
      i === 0
        ? [{ type: 'RoomCreated', settings: { ...EMPTY_ROOM.settings, capacity: 10 }, at: 0 }]
        : [{ type: 'ChatPosted', messageId: `m${i}`, participantId: 'ann', name: 'Ann', text: `message ${i}`, at: i }],
  }));
}

async function journalOf(commits: readonly Commit[]): Promise<{ journal: Journal; store: InMemoryJournalStore }> {
  const store = new InMemoryJournalStore();
  const journal = new InMemoryJournal(store);
  await journal.append(ROOM, commits, ORIGIN);
  return { journal, store };
}

const positionAt = (commits: readonly Commit[], version: number) => ({
  version,
  commitId: commits[version - 1]?.commitId ?? '',
});

test('a room that was never written is empty', async () => {
  expect(await restore(new InMemoryJournal(), ROOM)).toEqual({ state: EMPTY_ROOM, position: ORIGIN, recent: [] });
});

test.each([1, 999, 1_000, 1_001, 2_000, 2_500])('[J1] %i commits are all replayed', async (count) => {
  const commits = history(count);
  const { journal } = await journalOf(commits);
  const restored = await restore(journal, ROOM);
  expect(restored.position).toEqual(positionAt(commits, count));
  expect(restored.state).toEqual(evolveCommits(EMPTY_ROOM, commits));
});

test('[J1] a replay applies only the commits after the snapshot', async () => {
  const commits = history(1_200);
  const { journal } = await journalOf(commits);
  const marked = { ...evolveCommits(EMPTY_ROOM, commits.slice(0, 100)), createdAt: 77 };
  await journal.saveSnapshot(ROOM, { position: positionAt(commits, 100), state: marked });
  const restored = await restore(journal, ROOM);
  expect(restored.state).toEqual({ ...evolveCommits(EMPTY_ROOM, commits), createdAt: 77 });
  expect(restored.position.version).toBe(1_200);
});

test('a snapshot of the last commit needs no further commits', async () => {
  const commits = history(50);
  const { journal } = await journalOf(commits);
  const snapshot = { position: positionAt(commits, 50), state: evolveCommits(EMPTY_ROOM, commits) };
  await journal.saveSnapshot(ROOM, snapshot);
  expect(await restore(journal, ROOM)).toEqual({ ...snapshot, recent: commits });
});

test.each([
  { count: 1_200, savedAt: null, least: 1_000 },
  { count: 1_200, savedAt: 1_200, least: 300 },
  { count: 1_200, savedAt: 1_190, least: 300 },
  { count: 2_300, savedAt: 400, least: 1_000 },
  { count: 40, savedAt: 20, least: 40 },
])(
  '[J2] a replay of $count commits, with a snapshot at $savedAt, keeps the newest',
  async ({ count, savedAt, least }) => {
    const commits = history(count);
    const { journal } = await journalOf(commits);
    if (savedAt !== null) {
      const state = evolveCommits(EMPTY_ROOM, commits.slice(0, savedAt));
      await journal.saveSnapshot(ROOM, { position: positionAt(commits, savedAt), state });
    }
    const { recent, state } = await restore(journal, ROOM);
    expect(recent.length).toBeGreaterThanOrEqual(least);
    expect(recent).toEqual(commits.slice(-recent.length));
    expect(state).toEqual(evolveCommits(EMPTY_ROOM, commits));
  },
);

test('[J1] a snapshot of commits that the journal does not hold is ignored', async () => {
  const commits = history(50);
  const { journal, store } = await journalOf(commits);
  await journal.saveSnapshot(ROOM, { position: positionAt(commits, 50), state: { ...EMPTY_ROOM, createdAt: 77 } });
  const { saved } = store.room(ROOM);
  store.loseTail(ROOM, 30);
  store.room(ROOM).saved = saved;
  expect((await restore(journal, ROOM)).state).toEqual(evolveCommits(EMPTY_ROOM, commits.slice(0, 30)));

  const other: Commit = { ...history(31)[30], commitId: 'other' } as Commit;
  await journal.append(ROOM, [other], positionAt(commits, 30));
  expect((await restore(journal, ROOM)).position.commitId).toBe('other');
});

test('[J1] a journal that was trimmed to a snapshot is replayed from there', async () => {
  const commits = history(1_200);
  const { journal } = await journalOf(commits);
  const state = evolveCommits(EMPTY_ROOM, commits.slice(0, 1_100));
  await journal.saveSnapshot(ROOM, { position: positionAt(commits, 1_100), state }, NO_TAIL);
  expect(await journal.read(ROOM, 0, 10)).toEqual(commits.slice(1_099, 1_109));
  expect(await restore(journal, ROOM)).toEqual({
    state: evolveCommits(EMPTY_ROOM, commits),
    position: positionAt(commits, 1_200),
    recent: commits.slice(1_099),
  });
});

test('[J1] a replay goes on from the newer snapshot if the journal is trimmed under it', async () => {
  const commits = history(2_500);
  const { journal } = await journalOf(commits);
  const trimming: Journal = Object.assign(Object.create(journal), {
    loadSnapshot: () => journal.loadSnapshot(ROOM),
    read: async (_roomId: string, afterVersion: number, limit: number) => {
      if (afterVersion === 1_000) {
        const state = evolveCommits(EMPTY_ROOM, commits.slice(0, 2_400));
        await journal.saveSnapshot(ROOM, { position: positionAt(commits, 2_400), state }, NO_TAIL);
      }
      return journal.read(ROOM, afterVersion, limit);
    },
  });
  expect(await restore(trimming, ROOM)).toEqual({
    state: evolveCommits(EMPTY_ROOM, commits),
    position: positionAt(commits, 2_500),
    recent: commits.slice(2_399),
  });
});

test.each([
  ['damaged', async () => null, 'no snapshot that this version can read'],
  ['newer', () => Promise.reject(new JournalAhead(ROOM, 10, [])), 'a newer version'],
])(
  'a trimmed journal whose snapshot is %s is not replayed from the middle, and a whole one is',
  async (_, load, why) => {
    const commits = history(20);
    const { journal } = await journalOf(commits);
    const unreadable: Journal = Object.assign(Object.create(journal), {
      read: (_roomId: string, afterVersion: number, limit: number) => journal.read(ROOM, afterVersion, limit),
      loadSnapshot: load,
    });
    expect((await restore(unreadable, ROOM)).position.version).toBe(20);
    await journal.saveSnapshot(ROOM, { position: positionAt(commits, 10), state: EMPTY_ROOM }, NO_TAIL);
    await expect(restore(unreadable, ROOM)).rejects.toThrow(JournalCorrupt);
    await expect(restore(unreadable, ROOM)).rejects.toThrow(why);
  },
);

test.each([
  ['is missing', (commits: Commit[]) => commits.filter((commit) => commit.version !== 1_700)],
  [
    'is another one',
    (commits: Commit[]) =>
      commits.map((commit) => (commit.version === 1_700 ? { ...commit, commitId: 'other' } : commit)),
  ],
])('[J4] a journal in which a commit %s is not replayed past it', async (_, damage) => {
  const commits = damage(history(2_500));
  const { journal } = await journalOf(history(1));
  const damaged: Journal = Object.assign(Object.create(journal), {
    read: async (_roomId: string, afterVersion: number, limit: number) =>
      commits.filter((commit) => commit.version > afterVersion).slice(0, limit),
    loadSnapshot: async () => null,
  });
  await expect(restore(damaged, ROOM)).rejects.toThrow(JournalCorrupt);
  await expect(restore(damaged, ROOM)).rejects.toThrow('"room", version 1701');
});

test('[J1] a standby that read along reads only what came since, and everything if the journal has another history', async () => {
  const commits = history(30);
  const { journal, store } = await journalOf(commits.slice(0, 20));
  const reads: number[] = [];
  const counting: Pick<Journal, 'loadSnapshot' | 'read'> = {
    loadSnapshot: (roomId) => journal.loadSnapshot(roomId),
    read: (roomId, afterVersion, limit) => {
      reads.push(afterVersion);
      return journal.read(roomId, afterVersion, limit);
    },
  };
  let rooms = [ROOM, 'never written'];
  const clock = new ManualClock();
  const options = { journal: counting, rooms: async () => rooms, clock, logger: silentLogger };
  const ahead = new ReadAhead(options);
  await ahead.start();
  expect(ahead.rooms).toEqual(rooms);
  await journal.append(ROOM, commits.slice(20), positionAt(commits, 20));
  ahead.stop();
  reads.length = 0;
  const whole = { state: evolveCommits(EMPTY_ROOM, commits), position: positionAt(commits, 30), recent: commits };
  expect(await ahead.restore(ROOM)).toEqual(whole);
  expect(reads).toEqual([19]);
  expect(ahead.rooms).toEqual(['never written']);

  const again = new ReadAhead(options);
  await again.start();
  store.loseTail(ROOM, 25);
  const other: Commit = { ...commits[25], commitId: 'other' } as Commit;
  await journal.append(ROOM, [other], positionAt(commits, 25));
  expect((await again.restore(ROOM)).position).toEqual({ version: 26, commitId: 'other' });

  const gone = new ReadAhead(options);
  await gone.start();
  rooms = [];
  await gone.start();
  expect(gone.rooms).toEqual([]);
  again.stop();
  gone.stop();
});
