import { type Commit, ORIGIN, type Position } from '../room/commit.ts';
import { erases, withoutDeleted } from '../room/deleted.ts';
import { evolveCommit } from '../room/evolve.ts';
import { EMPTY_ROOM, type RoomState } from '../room/state.ts';

/** Commits kept in memory: enough to bring clients up to date and to give Redis back what it lost. */
const RECENT_KEPT = 1_024;

/** This node's copy of one room: its state, its position, and the newest commits that led there. */
export class Replica {
  #state: RoomState;
  #position: Position;
  #recent: Commit[];
  readonly #readAt: number;

  /** `recent`: the newest commits up to `position`, in order, as many as are at hand. */
  constructor(state: RoomState = EMPTY_ROOM, position: Position = ORIGIN, recent: readonly Commit[] = []) {
    this.#state = state;
    this.#position = position;
    this.#recent = recent.slice(-RECENT_KEPT);
    this.#readAt = position.version;
  }

  get state(): RoomState {
    return this.#state;
  }

  get position(): Position {
    return this.#position;
  }

  /** The newest commits, oldest first, as far as memory reaches. */
  get recent(): readonly Commit[] {
    return this.#recent;
  }

  /**
   * Applies the next commit.
   * @throws Error when it is not the next one, or holds an unknown event: a bug
   */
  apply(commit: Commit): void {
    if (commit.version !== this.#position.version + 1 || commit.prev !== this.#position.commitId) {
      throw new Error(`Commit ${commit.version} does not follow version ${this.#position.version}.`);
    }
    this.#state = evolveCommit(this.#state, commit);
    this.#position = { version: commit.version, commitId: commit.commitId };
    this.#recent.push(commit);
    if (this.#recent.length > 2 * RECENT_KEPT) this.#recent = this.#recent.slice(-RECENT_KEPT);
  }

  /**
   * The commits after `version`. Returns null if memory does not reach back that far, or the replica is behind
   * `version`.
   */
  since(version: number): readonly Commit[] | null {
    const missing = this.#position.version - version;
    if (missing < 0 || missing > this.#recent.length) return null;
    return this.#recent.slice(this.#recent.length - missing);
  }

  /**
   * What a copy lacks whose newest commit is `version` with this id. Returns null if memory does not reach back that
   * far, the copy has a commit that the journal lost, or somebody was erased since. Of a copy that lacks the id,
   * only what was seen here since the room was read is known to be the same history. Lacks what people deleted since
   * [R-CHAT-7].
   */
  missedSince(version: number, commitId: string | undefined): readonly Commit[] | null {
    const isSame = commitId === undefined ? version > this.#readAt : this.passesThrough({ version, commitId });
    const missed = isSame ? this.since(version) : null;
    return missed?.some(erases) ? null : missed && withoutDeleted(missed);
  }

  /** Returns whether this replica's history passes through `position`, as far as memory reaches. */
  passesThrough(position: Position): boolean {
    if (position.version === this.#position.version) return position.commitId === this.#position.commitId;
    const [next] = this.since(position.version) ?? [];
    return next !== undefined && next.prev === position.commitId;
  }

  /** Returns the commit with this version, if it is still in memory. */
  at(version: number): Commit | undefined {
    const first = this.#recent[0];
    return first && this.#recent[version - first.version];
  }
}
