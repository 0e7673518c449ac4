import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Journal } from '../../core/ports.ts';
import { type Commit, ORIGIN, type Position } from '../../core/room/commit.ts';
import { EMPTY_ROOM, type RoomId } from '../../core/room/state.ts';
import { waitUntil } from '../support/waitUntil.ts';
import { commitsAfter, positionOf } from './commits.ts';
import { describeSnapshots } from './journalSnapshots.ts';

/** A journal that two nodes share, and faults of the store below it. */
export interface JournalUnderTest {
  readonly journal: Journal;
  readonly otherNode: Journal;
  /** The store loses the commits above `version`. */
  loseTail(roomId: RoomId, version: number): Promise<void>;
  /** The store is away until the returned function is called. It keeps its data. */
  takeAway(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

let lastRoom = 0;
/** Returns a room that no other test uses. */
const newRoom = (): RoomId => `room-${++lastRoom}`;

/** Tests what every `Journal` promises. */
export function describeJournal(name: string, create: () => Promise<JournalUnderTest>): void {
  describe(`journal: ${name}`, () => {
    let under: JournalUnderTest;
    let journal: Journal;
    let other: Journal;
    beforeAll(async () => {
      under = await create();
      journal = under.journal;
      other = under.otherNode;
    });
    afterAll(() => under?.close());

    const filled = async (count: number): Promise<{ roomId: RoomId; commits: Commit[]; end: Position }> => {
      const roomId = newRoom();
      const commits = commitsAfter(ORIGIN, count);
      for (let i = 0; i < count; i += 100) {
        const after = positionOf(commits[i - 1]);
        expect(await journal.append(roomId, commits.slice(i, i + 100), after)).toEqual({ type: 'appended' });
      }
      return { roomId, commits, end: positionOf(commits.at(-1)) };
    };

    test('a room that was never written stands at the origin', async () => {
      const roomId = newRoom();
      expect(await journal.position(roomId)).toEqual(ORIGIN);
      expect(await journal.read(roomId, 0, 10)).toEqual([]);
      expect(await journal.loadSnapshot(roomId)).toBeNull();
    });

    test('[J2] every node reads appended commits back as they were written', async () => {
      const { roomId, commits, end } = await filled(3);
      expect(await other.read(roomId, 0, 10)).toEqual(commits);
      expect(await other.position(roomId)).toEqual(end);
    });

    test('every kind of actor is read back unchanged', async () => {
      const roomId = newRoom();
      const [one, two, three] = commitsAfter(ORIGIN, 3) as [Commit, Commit, Commit];
      const commits: Commit[] = [
        { ...one, actor: { kind: 'node', nodeId: 'node-1' } },
        { ...two, actor: { kind: 'operator' } },
        { ...three, events: [] },
      ];
      await journal.append(roomId, commits, ORIGIN);
      expect(await other.read(roomId, 0, 10)).toEqual(commits);
    });

    test('reading starts above the version and stops at the limit', async () => {
      const { roomId, commits } = await filled(10);
      expect(await journal.read(roomId, 4, 3)).toEqual(commits.slice(4, 7));
      expect(await journal.read(roomId, 10, 3)).toEqual([]);
    });

    test.each([1, 5, 350])(
      '[J4] a writer that is %i commits behind gets all that it missed, and nothing is appended',
      async (count) => {
        const { roomId, commits, end } = await filled(count + 2);
        const after = positionOf(commits[1]);
        expect(await other.append(roomId, commitsAfter(after, 1, 'late', 'late'), after)).toEqual({
          type: 'behind',
          missed: commits.slice(2),
        });
        expect(await journal.position(roomId)).toEqual(end);
      },
    );

    test('[J4] a writer at the origin of a filled room is behind', async () => {
      const { roomId, commits } = await filled(2);
      expect(await other.append(roomId, commitsAfter(ORIGIN, 1, 'late', 'late'), ORIGIN)).toEqual({
        type: 'behind',
        missed: commits,
      });
    });

    test('[J3] a repeated append is answered "behind" with its own commits', async () => {
      const { roomId, commits } = await filled(2);
      expect(await journal.append(roomId, commits, ORIGIN)).toEqual({ type: 'behind', missed: commits });
    });

    test('[J4] a journal that lost its tail has diverged for writers who saw it', async () => {
      const { roomId, commits, end } = await filled(5);
      await under.loseTail(roomId, 3);
      const journalEnd = positionOf(commits[2]);
      expect(await journal.append(roomId, commitsAfter(end, 1), end)).toEqual({
        type: 'diverged',
        journal: journalEnd,
      });
      // They put the tail back and continue.
      expect(await journal.append(roomId, commits.slice(3), journalEnd)).toEqual({ type: 'appended' });
      expect(await journal.append(roomId, commitsAfter(end, 1), end)).toEqual({ type: 'appended' });
      expect(await other.read(roomId, 0, 3)).toEqual(commits.slice(0, 3));
    });

    test('[J4] another commit at the same version has diverged, even if the journal has grown since', async () => {
      const { roomId, commits, end } = await filled(3);
      await under.loseTail(roomId, 2);
      const journalEnd = positionOf(commits[1]);
      const others = commitsAfter(journalEnd, 1, 'other', 'other');
      await other.append(roomId, others, journalEnd);
      expect(await journal.append(roomId, commitsAfter(end, 1), end)).toEqual({
        type: 'diverged',
        journal: positionOf(others[0]),
      });
      const more = commitsAfter(positionOf(others[0]), 2, 'more', 'other');
      await other.append(roomId, more, positionOf(others[0]));
      expect(await journal.append(roomId, commitsAfter(end, 1), end)).toEqual({
        type: 'diverged',
        journal: positionOf(more[1]),
      });
    });

    test('a journal that lost everything has diverged and takes all of it back', async () => {
      const { roomId, commits, end } = await filled(4);
      await under.loseTail(roomId, 0);
      expect(await journal.append(roomId, commitsAfter(end, 1), end)).toEqual({ type: 'diverged', journal: ORIGIN });
      expect(await journal.append(roomId, commits, ORIGIN)).toEqual({ type: 'appended' });
      expect(await other.read(roomId, 0, 10)).toEqual(commits);
    });

    test('[J4] two writers racing for 500 commits make one order without gaps or duplicates', async () => {
      const roomId = newRoom();
      const write = async (node: Journal, writer: string): Promise<string[]> => {
        const own: string[] = [];
        let position: Position = ORIGIN;
        while (own.length < 250) {
          const [commit] = commitsAfter(position, 1, 'race', writer) as [Commit];
          const outcome = await node.append(roomId, [commit], position);
          if (outcome.type === 'appended') {
            own.push(commit.commitId);
            position = positionOf(commit);
          } else if (outcome.type === 'behind') position = positionOf(outcome.missed.at(-1));
          else throw new Error('diverged');
        }
        return own;
      };
      const [a, b] = await Promise.all([write(journal, 'a'), write(other, 'b')]);
      const all = await journal.read(roomId, 0, 1_000);
      expect(all.map((commit) => commit.version)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
      expect(all.map((commit) => commit.prev)).toEqual(['', ...all.slice(0, -1).map((commit) => commit.commitId)]);
      const order = all.map((commit) => commit.commitId);
      expect(order.filter((id) => id.startsWith('a'))).toEqual(a);
      expect(order.filter((id) => id.startsWith('b'))).toEqual(b);
    });

    test('an append of commits that do not follow throws, since it is a bug', async () => {
      const commits = commitsAfter(ORIGIN, 3);
      await expect(journal.append(newRoom(), commits.slice(1), ORIGIN)).rejects.toThrow('does not follow');
      await expect(journal.append(newRoom(), [], ORIGIN)).rejects.toThrow('nothing to append');
    });

    test.each([
      'a b',
      'Zimmer-ü-日本-🎉',
      '{}',
      '}{',
      'a}b',
      '{a',
      'x:journal',
      '%',
      '\u0000\n',
      '__proto__',
      '\ud800',
      '\udfff',
    ])('the room id %j names a separate room', async (roomId) => {
      const pushed: Commit[] = [];
      const unfollow = await other.follow(
        roomId,
        (commits) => pushed.push(...commits),
        () => {},
      );
      const commits = commitsAfter(ORIGIN, 2, roomId);
      await journal.append(roomId, commits, ORIGIN);
      // JSON has to replace lone surrogates in texts, so only the ids matter here.
      expect((await other.read(roomId, 0, 10)).map((commit) => commit.commitId)).toEqual(
        commits.map((commit) => commit.commitId),
      );
      await waitUntil(() => pushed.length === 2 || `${pushed.length} of 2 commits were pushed`);
      unfollow();
    });

    test('texts of every kind and size are read back unchanged', async () => {
      const roomId = newRoom();
      const texts = ['', '\u0000', '"\\/\n', 'ü日🎉', '\u2028', ']]', `${'x'.repeat(1_000_000)}é`];
      let position: Position = ORIGIN;
      const pushed: Commit[] = [];
      const unfollow = await other.follow(
        roomId,
        (commits) => pushed.push(...commits),
        () => {},
      );
      const written: Commit[] = [];
      for (const text of texts) {
        const commits = commitsAfter(position, 1, text);
        await journal.append(roomId, commits, position);
        written.push(...commits);
        position = positionOf(commits[0]);
      }
      expect(await other.read(roomId, 0, 100)).toEqual(written);
      await waitUntil(
        () => pushed.length === texts.length || `${pushed.length} of ${texts.length} commits were pushed`,
      );
      expect(pushed).toEqual(written);
      unfollow();
    });

    test('a batch of 500 commits is one append', async () => {
      const roomId = newRoom();
      const commits = commitsAfter(ORIGIN, 500);
      expect(await journal.append(roomId, commits, ORIGIN)).toEqual({ type: 'appended' });
      expect(await other.read(roomId, 0, 1_000)).toEqual(commits);
    });

    test('followers of a room get its commits in order until they stop', async () => {
      const roomId = newRoom();
      const first: Commit[] = [];
      const second: Commit[] = [];
      const elsewhere: Commit[] = [];
      const stopFirst = await other.follow(
        roomId,
        (commits) => first.push(...commits),
        () => {},
      );
      const stopSecond = await other.follow(
        roomId,
        (commits) => second.push(...commits),
        () => {},
      );
      const stopElsewhere = await other.follow(
        newRoom(),
        (commits) => elsewhere.push(...commits),
        () => {},
      );
      const commits = commitsAfter(ORIGIN, 6);
      await journal.append(roomId, commits.slice(0, 2), ORIGIN);
      await journal.append(roomId, commits.slice(2, 4), positionOf(commits[1]));
      await waitUntil(
        () => (first.length === 4 && second.length === 4) || `${first.length} and ${second.length} of 4 commits`,
      );
      stopFirst();
      await journal.append(roomId, commits.slice(4), positionOf(commits[3]));
      await waitUntil(() => second.length === 6 || `${second.length} of 6 commits`);
      expect(first).toEqual(commits.slice(0, 4));
      expect(second).toEqual(commits);
      expect(elsewhere).toEqual([]);
      stopSecond();
      stopElsewhere();
    });

    test('a follower can follow again after it stopped', async () => {
      const roomId = newRoom();
      for (let round = 0; round < 5; round++) {
        const pushed: Commit[] = [];
        const stop = await other.follow(
          roomId,
          (commits) => pushed.push(...commits),
          () => {},
        );
        const position = await journal.position(roomId);
        await journal.append(roomId, commitsAfter(position, 1), position);
        await waitUntil(() => pushed.length === 1 || `${pushed.length} of 1 commit in round ${round}`);
        stop();
      }
    });

    describeSnapshots(() => ({ ...under, newRoom, filled }));

    test('a journal that is away refuses in time; back, it says that followers may have missed commits', async () => {
      const { roomId, commits, end } = await filled(2);
      const changes: boolean[] = [];
      const stopListening = journal.onAvailability((available) => changes.push(available));
      let gaps = 0;
      const pushed: Commit[] = [];
      const unfollow = await journal.follow(
        roomId,
        (more) => pushed.push(...more),
        () => gaps++,
      );

      const bringBack = await under.takeAway();
      await waitUntil(() => !journal.available || 'the journal still calls itself available');
      const failed = expect.objectContaining({ name: 'Unavailable' });
      await Promise.all([
        expect(journal.append(roomId, commitsAfter(end, 1), end)).rejects.toEqual(failed),
        expect(journal.read(roomId, 0, 1)).rejects.toEqual(failed),
        expect(journal.position(roomId)).rejects.toEqual(failed),
        expect(
          journal.follow(
            newRoom(),
            () => {},
            () => {},
          ),
        ).rejects.toEqual(failed),
        expect(journal.loadSnapshot(roomId)).rejects.toEqual(failed),
        expect(journal.saveSnapshot(roomId, { position: end, state: EMPTY_ROOM })).rejects.toEqual(failed),
      ]);
      await bringBack();

      await waitUntil(() => journal.available || 'the journal is not available again');
      await waitUntil(() => gaps > 0 || 'no gap was reported');
      expect(changes).toEqual([false, true]);
      expect(await journal.read(roomId, 0, 10)).toEqual(commits);
      const more = commitsAfter(end, 1);
      expect(await other.append(roomId, more, end)).toEqual({ type: 'appended' });
      await waitUntil(() => pushed.length === 1 || 'the next commit was not pushed');
      unfollow();
      stopListening();
    });
  });
}
