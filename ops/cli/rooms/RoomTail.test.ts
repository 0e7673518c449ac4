import { expect, test } from 'vitest';
import { type Snapshot, Unavailable } from '../../../core/ports.ts';
import type { Commit } from '../../../core/room/commit.ts';
import { commitsOf, created, joined, stateOf } from '../../../test/support/room.ts';
import { RoomTail } from './RoomTail.ts';

const EVENTS = [created(), joined('ann', 1), joined('bob', 2), joined('eve', 3)];

/** A journal that a test changes as it likes. */
class FakeJournal {
  commits: readonly Commit[] = [];
  snapshot: Snapshot | null = null;
  away = false;

  async read(_: string, after: number): Promise<readonly Commit[]> {
    if (this.away) throw new Unavailable('redis', 'Redis is away.');
    return this.commits.filter(({ version }) => version > after);
  }

  async loadSnapshot(): Promise<Snapshot | null> {
    return this.snapshot;
  }
}

async function tailOf(journal: FakeJournal): Promise<RoomTail> {
  return RoomTail.open(journal, 'room');
}

test('a followed journal goes on where it stands, also after Redis was away', async () => {
  const journal = new FakeJournal();
  const all = commitsOf(EVENTS);
  journal.commits = all.slice(0, 2);
  const tail = await tailOf(journal);
  expect(await tail.look()).toEqual({ type: 'commits', commits: [] });
  journal.away = true;
  await expect(tail.look()).rejects.toThrow('Redis is away.');
  journal.away = false;
  journal.commits = all;
  expect(await tail.look()).toEqual({ type: 'commits', commits: all.slice(2) });
  expect([tail.version, tail.state.participants.size]).toEqual([4, 3]);
});

test('a journal that was trimmed up to here is no surprise, one that was trimmed beyond says so', async () => {
  const journal = new FakeJournal();
  const all = commitsOf(EVENTS);
  journal.commits = all.slice(0, 2);
  const tail = await tailOf(journal);
  const snapshotAt = (version: number): Snapshot => ({
    position: { version, commitId: all[version - 1]?.commitId ?? '' },
    state: stateOf(...EVENTS.slice(0, version)),
  });
  journal.snapshot = snapshotAt(2);
  journal.commits = all.slice(1, 3);
  expect(await tail.look()).toMatchObject({ type: 'commits', commits: [{ version: 3 }] });
  journal.snapshot = snapshotAt(4);
  journal.commits = all.slice(3);
  expect(await tail.look()).toMatchObject({ type: 'restarted', from: { version: 3 } });
  expect([tail.version, tail.state.participants.size]).toEqual([4, 3]);
});

test('a Redis that came back without the last commits, or with others in their place, is noticed', async () => {
  const journal = new FakeJournal();
  journal.commits = commitsOf(EVENTS);
  const tail = await tailOf(journal);
  journal.commits = commitsOf(EVENTS.slice(0, 2));
  expect(await tail.look()).toMatchObject({ type: 'restarted', from: { version: 4 } });
  expect([tail.version, tail.state.participants.size]).toEqual([2, 1]);

  const others = commitsOf([...EVENTS.slice(0, 1), joined('zoe', 1)]).map((commit) =>
    commit.version === 2 ? { ...commit, commitId: 'another' } : commit,
  );
  journal.commits = others;
  expect(await tail.look()).toMatchObject({ type: 'restarted', from: { version: 2 } });
  expect([...tail.state.participants.keys()]).toEqual(['zoe']);
});

test('a room that was deleted is gone', async () => {
  const journal = new FakeJournal();
  journal.commits = commitsOf(EVENTS);
  const tail = await tailOf(journal);
  journal.commits = [];
  expect(await tail.look()).toMatchObject({ type: 'restarted' });
  expect(tail.exists).toBe(false);
});
