import {
  type AppendOutcome,
  type Journal,
  type KeptTail,
  RECENT_TAIL,
  RoomFull,
  type Snapshot,
  Unavailable,
  type WriteLimit,
} from '../../core/ports.ts';
import { type Commit, ORIGIN, type Position } from '../../core/room/commit.ts';
import type { RoomId } from '../../core/room/state.ts';
import { writeState } from '../snapshots.ts';
import { assertChained } from './chain.ts';
import { decodeCommit, decodeCommits, encodeCommit, type StoredCommit } from './codec.ts';

interface Follower {
  onCommits(commits: readonly Commit[]): void;
  onGap(): void;
}

interface StoredRoom {
  /** All that were ever appended, without a lost tail: `first` says what the journal still holds. */
  commits: StoredCommit[];
  /** Every snapshot, each with the version of the first commit that the journal held from then on. */
  saved: { readonly snapshot: Snapshot; readonly first: number }[];
  readonly followers: Set<Follower>;
}

/** Replaces the Redis server of `RedisJournal`: several `InMemoryJournal`s, one for each node, may share it. */
export class InMemoryJournalStore {
  readonly #rooms = new Map<RoomId, StoredRoom>();
  readonly #availabilityListeners = new Set<(available: boolean) => void>();
  readonly #tail: KeptTail;
  #available = true;

  /** `tail`: what stays before a snapshot, instead of `RECENT_TAIL`. */
  constructor(tail = RECENT_TAIL) {
    this.#tail = tail;
  }

  get tail(): KeptTail {
    return this.#tail;
  }

  room(roomId: RoomId): StoredRoom {
    let room = this.#rooms.get(roomId);
    if (!room) {
      room = { commits: [], saved: [], followers: new Set() };
      this.#rooms.set(roomId, room);
    }
    return room;
  }

  get available(): boolean {
    return this.#available;
  }

  /** While unavailable, every call fails and nothing is lost. When available again, followers hear of the gap. */
  setAvailable(available: boolean): void {
    if (available === this.#available) return;
    this.#available = available;
    for (const listener of this.#availabilityListeners) listener(available);
    if (available) this.cutFeed();
  }

  onAvailability(listener: (available: boolean) => void): () => void {
    this.#availabilityListeners.add(listener);
    return () => this.#availabilityListeners.delete(listener);
  }

  /** Interrupts every push channel for a moment. */
  cutFeed(): void {
    for (const { followers } of this.#rooms.values()) {
      for (const follower of followers) queueMicrotask(() => followers.has(follower) && follower.onGap());
    }
  }

  /** Loses every commit above `version`, like a server that comes back with less than it had acknowledged. */
  loseTail(roomId: RoomId, version: number): void {
    const room = this.room(roomId);
    room.commits = room.commits.slice(0, version);
    room.saved = room.saved.filter(({ snapshot }) => snapshot.position.version <= version);
  }

  /** All commits of the room, also those that the journal was trimmed of. */
  history(roomId: RoomId): readonly Commit[] {
    return this.room(roomId).commits.map((stored) => decodeCommit(roomId, stored));
  }
}

/** A journal in memory with the same promises; for tests of journal users. */
export class InMemoryJournal implements Journal {
  readonly #store: InMemoryJournalStore;

  constructor(store = new InMemoryJournalStore()) {
    this.#store = store;
  }

  async append(
    roomId: RoomId,
    commits: readonly Commit[],
    after: Position,
    limit: WriteLimit = Number.POSITIVE_INFINITY,
  ): Promise<AppendOutcome> {
    assertChained(commits, after);
    this.#refuseIfAway();
    const room = this.#store.room(roomId);
    if (
      after.version > room.commits.length ||
      after.version < firstOf(room) - 1 ||
      commitIdAt(room, after.version) !== after.commitId
    ) {
      return { type: 'diverged', journal: endOf(room) };
    }
    if (after.version < room.commits.length) {
      return {
        type: 'behind',
        missed: decodeCommits(room.commits.slice(after.version), (stored) => decodeCommit(roomId, stored)),
      };
    }
    const stored = commits.map(encodeCommit);
    if (typeof limit === 'number' && Number.isFinite(limit)) {
      const journalBytes = bytesOf(room.commits.slice(firstOf(room) - 1));
      const state = room.saved.at(-1)?.snapshot.state;
      const stateBytes = state ? Buffer.byteLength(writeState(state)) : 0;
      if (stateBytes + journalBytes + bytesOf(stored) > limit) throw new RoomFull(journalBytes);
    }
    room.commits.push(...stored);
    const pushed = stored.map((commit) => decodeCommit(roomId, commit));
    for (const follower of room.followers) {
      queueMicrotask(() => room.followers.has(follower) && follower.onCommits(pushed));
    }
    return { type: 'appended' };
  }

  async read(roomId: RoomId, afterVersion: number, limit: number): Promise<readonly Commit[]> {
    this.#refuseIfAway();
    const room = this.#store.room(roomId);
    const from = Math.max(afterVersion, firstOf(room) - 1);
    return decodeCommits(room.commits.slice(from, from + limit), (stored) => decodeCommit(roomId, stored));
  }

  async position(roomId: RoomId): Promise<Position> {
    this.#refuseIfAway();
    return endOf(this.#store.room(roomId));
  }

  async follow(
    roomId: RoomId,
    onCommits: (commits: readonly Commit[]) => void,
    onGap: () => void,
  ): Promise<() => void> {
    this.#refuseIfAway();
    const { followers } = this.#store.room(roomId);
    const follower: Follower = { onCommits, onGap };
    followers.add(follower);
    return () => followers.delete(follower);
  }

  async loadSnapshot(roomId: RoomId): Promise<Snapshot | null> {
    this.#refuseIfAway();
    return this.#store.room(roomId).saved.at(-1)?.snapshot ?? null;
  }

  async saveSnapshot(roomId: RoomId, snapshot: Snapshot, keep = this.#store.tail): Promise<void> {
    this.#refuseIfAway();
    const room = this.#store.room(roomId);
    const { version, commitId } = snapshot.position;
    // The journal must still have the commit: the state may come from a tail that was lost.
    if (version === 0 || version < firstOf(room) || commitIdAt(room, version) !== commitId) return;
    const stored = room.saved.at(-1)?.snapshot;
    const newest = stored && stored.position.version >= version ? stored : snapshot;
    room.saved.push({ snapshot: newest, first: firstKept(room, newest.position.version, keep) });
  }

  async forgetRoom(roomId: RoomId, rest: Snapshot): Promise<boolean> {
    this.#refuseIfAway();
    const room = this.#store.room(roomId);
    const { version, commitId } = endOf(room);
    if (version !== rest.position.version || commitId !== rest.position.commitId) return false;
    room.saved.push({ snapshot: rest, first: version });
    return true;
  }

  get available(): boolean {
    return this.#store.available;
  }

  onAvailability(listener: (available: boolean) => void): () => void {
    return this.#store.onAvailability(listener);
  }

  #refuseIfAway(): void {
    if (!this.#store.available) throw new Unavailable('journal', 'The in-memory journal was made unavailable');
  }
}

function firstOf(room: StoredRoom): number {
  return room.saved.at(-1)?.first ?? 1;
}

/** Returns the version of the first commit that stays in a journal with a snapshot at `version`. */
function firstKept(room: StoredRoom, version: number, keep: KeptTail): number {
  let first = version;
  let { bytes } = keep;
  while (first > firstOf(room) && version - first < keep.commits) {
    bytes -= Buffer.byteLength(room.commits[first - 2]?.record ?? '');
    if (bytes < 0) break;
    first -= 1;
  }
  return first;
}

function bytesOf(commits: readonly StoredCommit[]): number {
  return commits.reduce((sum, { record }) => sum + Buffer.byteLength(record), 0);
}

function commitIdAt(room: StoredRoom, version: number): string | undefined {
  return version === 0 ? ORIGIN.commitId : room.commits[version - 1]?.commitId;
}

function endOf(room: StoredRoom): Position {
  const last = room.commits.at(-1);
  return last ? { version: last.version, commitId: last.commitId } : ORIGIN;
}
