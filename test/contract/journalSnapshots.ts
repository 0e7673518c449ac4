import { expect, test } from 'vitest';
import { type Journal, NO_TAIL, RoomFull } from '../../core/ports.ts';
import { type Commit, ORIGIN, type Position } from '../../core/room/commit.ts';
import { EMPTY_ROOM, type RoomId } from '../../core/room/state.ts';
import { commitsAfter, positionOf } from './commits.ts';

interface Under {
  readonly journal: Journal;
  readonly otherNode: Journal;
  loseTail(roomId: RoomId, version: number): Promise<void>;
  newRoom(): RoomId;
  filled(count: number): Promise<{ roomId: RoomId; commits: Commit[]; end: Position }>;
}

/** The part of the journal's contract that is about snapshots, and about trimming the journal to them. */
export function describeSnapshots(under: () => Under): void {
  test('the newest snapshot is kept, with its maps and sets', async () => {
    const { journal, otherNode: other, filled } = under();
    const { roomId, commits } = await filled(3);
    const state = (version: number) => ({
      ...EMPTY_ROOM,
      createdAt: version,
      banned: new Set(['x']),
      admitted: new Set<string>(),
    });
    const snapshot = (version: number) => ({ position: positionOf(commits[version - 1]), state: state(version) });
    await journal.saveSnapshot(roomId, snapshot(2));
    expect(await other.loadSnapshot(roomId)).toEqual(snapshot(2));
    await other.saveSnapshot(roomId, snapshot(1));
    expect(await journal.loadSnapshot(roomId)).toEqual(snapshot(2));
    await other.saveSnapshot(roomId, snapshot(3));
    expect(await journal.loadSnapshot(roomId)).toEqual(snapshot(3));
  });

  test('[J1] a snapshot of commits that the journal does not hold is not kept', async () => {
    const { journal, filled, loseTail } = under();
    const { roomId, commits } = await filled(3);
    await loseTail(roomId, 2);
    await journal.saveSnapshot(roomId, { position: positionOf(commits[2]), state: EMPTY_ROOM });
    expect(await journal.loadSnapshot(roomId)).toBeNull();
    const end = positionOf(commits[1]);
    await journal.append(roomId, commitsAfter(end, 1, 'other', 'other'), end);
    await journal.saveSnapshot(roomId, { position: positionOf(commits[2]), state: EMPTY_ROOM });
    expect(await journal.loadSnapshot(roomId)).toBeNull();
  });

  test('a snapshot trims the journal to the newest commits before it', async () => {
    const { journal, otherNode: other, filled } = under();
    const { roomId, commits, end } = await filled(1_500);
    const at = (version: number) => ({ position: positionOf(commits[version - 1]), state: EMPTY_ROOM });
    await journal.saveSnapshot(roomId, at(1_400));
    expect(await other.read(roomId, 0, 3)).toEqual(commits.slice(1_400 - 1 - 1_024, 1_400 - 1_024 + 2));
    await journal.saveSnapshot(roomId, at(1_450), { commits: 9, bytes: 1 << 20 });
    expect(await other.read(roomId, 0, 1_000)).toEqual(commits.slice(1_440));
    await journal.saveSnapshot(roomId, at(1_450), NO_TAIL);
    expect(await other.read(roomId, 0, 1_000)).toEqual(commits.slice(1_449));
    // An older snapshot that comes late trims to the newer one.
    await other.saveSnapshot(roomId, at(1_449), NO_TAIL);
    expect(await journal.loadSnapshot(roomId)).toEqual(at(1_450));
    expect(await journal.position(roomId)).toEqual(end);
  });

  test('what stays before a snapshot has at most so many bytes, whatever the texts', async () => {
    const { journal, otherNode: other, newRoom } = under();
    const roomId = newRoom();
    const commits = commitsAfter(ORIGIN, 12, '😀'.repeat(1_000));
    await journal.append(roomId, commits, ORIGIN);
    const snapshot = { position: positionOf(commits[9]), state: EMPTY_ROOM };
    // Each commit has 4,000 bytes of text and 200 of its own.
    await journal.saveSnapshot(roomId, snapshot, { commits: 100, bytes: 9_000 });
    expect((await other.read(roomId, 0, 100)).map(({ version }) => version)).toEqual([8, 9, 10, 11, 12]);
  });

  test('a room takes no more bytes than its limit, on every node, and again once its journal is trimmed', async () => {
    const { journal, otherNode: other, newRoom } = under();
    const roomId = newRoom();
    const commits = commitsAfter(ORIGIN, 8, '😀'.repeat(1_000));
    // Each commit has 4,000 bytes of text and 200 of its own, though the text has 2,000 characters.
    await journal.append(roomId, commits.slice(0, 6), ORIGIN, 30_000);
    const [next, last] = [commits.slice(6, 7), commits.slice(7)];
    const at = positionOf(commits[5]);
    const full = await other.append(roomId, next, at, 28_000).catch((error: unknown) => error);
    expect(full).toBeInstanceOf(RoomFull);
    expect((full as RoomFull).journalBytes).toBeGreaterThan(6 * 4_000);
    expect((full as RoomFull).journalBytes).toBeLessThan(6 * 4_300);
    expect(await journal.position(roomId)).toEqual(at);
    // What ends something is taken all the same, and counts.
    expect(await other.append(roomId, next, at)).toEqual({ type: 'appended' });
    const end = positionOf(commits[6]);
    await journal.saveSnapshot(roomId, { position: at, state: EMPTY_ROOM }, { commits: 1, bytes: 9_000 });
    // Three commits are left, and the state of the snapshot.
    await expect(other.append(roomId, last, end, 16_000)).rejects.toThrow(RoomFull);
    expect(await other.append(roomId, last, end, 19_000)).toEqual({ type: 'appended' });
  });

  test('[J4] a trimmed journal is behind for writers that it can bring up to date, and diverged for others', async () => {
    const { journal, otherNode: other, filled } = under();
    const { roomId, commits, end } = await filled(12);
    await journal.saveSnapshot(roomId, { position: positionOf(commits[8]), state: EMPTY_ROOM }, NO_TAIL);
    const append = (after: Position) => other.append(roomId, commitsAfter(after, 1, 'late', 'late'), after);
    for (const after of [ORIGIN, positionOf(commits[0]), positionOf(commits[6])]) {
      expect(await append(after)).toEqual({ type: 'diverged', journal: end });
    }
    expect(await append(positionOf(commits[7]))).toEqual({ type: 'behind', missed: commits.slice(8) });
    expect(await append({ version: 8, commitId: 'other' })).toEqual({ type: 'diverged', journal: end });
    expect(await append(positionOf(commits[9]))).toEqual({ type: 'behind', missed: commits.slice(10) });
    expect(await append(end)).toEqual({ type: 'appended' });
  });

  test('a journal trimmed to its last commit goes on from there', async () => {
    const { journal, otherNode: other, filled } = under();
    const { roomId, commits, end } = await filled(5);
    await journal.saveSnapshot(roomId, { position: end, state: EMPTY_ROOM }, NO_TAIL);
    expect(await other.read(roomId, 0, 10)).toEqual(commits.slice(4));
    const more = commitsAfter(end, 2);
    expect(await other.append(roomId, more, end)).toEqual({ type: 'appended' });
    expect(await journal.read(roomId, 0, 10)).toEqual([commits[4], ...more]);
  });
}
