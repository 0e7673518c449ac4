import { type Journal, JournalAhead } from '../../../core/ports.ts';
import type { Commit, Position } from '../../../core/room/commit.ts';
import { evolveCommits } from '../../../core/room/evolve.ts';
import type { RoomId, RoomState } from '../../../core/room/state.ts';
import { follows, positionOf } from '../../../recovery/journal/chain.ts';
import { restore } from '../../../recovery/replay.ts';

type Readable = Pick<Journal, 'loadSnapshot' | 'read'>;

/** `restarted`: the journal no longer has where this stood. It was trimmed, or Redis lost commits. */
export type TailChange =
  | { readonly type: 'commits'; readonly commits: readonly Commit[] }
  | { readonly type: 'restarted'; readonly from: Position };

const PAGE = 1_000;

/**
 * Follows a room by asking for what is new. Each look also checks that the last commit seen is still there, so that a
 * Redis that failed over and lost some is noticed.
 */
export class RoomTail {
  readonly roomId: RoomId;
  readonly #journal: Readable;
  #state: RoomState;
  #position: Position;

  /** @throws Unavailable, JournalCorrupt */
  static async open(journal: Readable, roomId: RoomId): Promise<RoomTail> {
    const { state, position } = await restore(journal, roomId);
    return new RoomTail(journal, roomId, state, position);
  }

  constructor(journal: Readable, roomId: RoomId, state: RoomState, position: Position) {
    this.#journal = journal;
    this.roomId = roomId;
    this.#state = state;
    this.#position = position;
  }

  get state(): RoomState {
    return this.#state;
  }

  get version(): number {
    return this.#position.version;
  }

  /** Whether there is such a room. */
  get exists(): boolean {
    return this.#position.version > 0;
  }

  /**
   * Returns what is new; no commits if nothing is. After an error it may be called again.
   * @throws Unavailable, JournalCorrupt
   */
  async look(): Promise<TailChange> {
    const { version, commitId } = this.#position;
    const [seen, ...news] = await this.#read(version - 1);
    if (seen?.version !== version || seen.commitId !== commitId) return this.#startOver();
    let last = this.#position;
    for (const commit of news) {
      if (!follows(commit, last)) return this.#startOver();
      last = positionOf(commit);
    }
    this.#state = evolveCommits(this.#state, news);
    this.#position = last;
    return { type: 'commits', commits: news };
  }

  async #startOver(): Promise<TailChange> {
    const from = this.#position;
    const { state, position } = await restore(this.#journal, this.roomId);
    this.#state = state;
    this.#position = position;
    // Trimmed up to here, and nothing new.
    if (position.version === from.version && position.commitId === from.commitId)
      return { type: 'commits', commits: [] };
    return { type: 'restarted', from };
  }

  async #read(after: number): Promise<readonly Commit[]> {
    try {
      return await this.#journal.read(this.roomId, Math.max(0, after), PAGE);
    } catch (error) {
      // A newer version writes this room: it is followed as far as it can be read.
      if (error instanceof JournalAhead) return error.before;
      throw error;
    }
  }
}
