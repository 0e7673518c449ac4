import { type Journal, Unavailable } from '../../core/ports.ts';
import type { Commit } from '../../core/room/commit.ts';
import type { RoomId } from '../../core/room/state.ts';
import { systemClock } from '../kit/systemClock.ts';

const PAGE = 1_000;
/** A Redis that fails over may take back so many of the commits that were read. */
const READ_AGAIN = 100;
/** Sooner than a room can write so much that its server trims what was not read yet. */
const READ_EVERY_MS = 1_000;

/** Every commit of a room from the first on: reads along, since servers trim journals to their snapshots. */
export class WholeJournal {
  readonly #journal: Journal;
  readonly #roomId: RoomId;
  readonly #commits: Commit[] = [];
  #cancel: (() => void) | null = null;
  #reading: Promise<void> = Promise.resolve();
  #failed: unknown;

  /** Reads along until `stop`. */
  constructor(journal: Journal, roomId: RoomId) {
    this.#journal = journal;
    this.#roomId = roomId;
    this.#schedule();
  }

  /** Returns the commits up to now. */
  async commits(): Promise<readonly Commit[]> {
    if (this.#failed) throw this.#failed;
    await this.#read();
    return [...this.#commits];
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #schedule(): void {
    this.#cancel = systemClock.setTimer(READ_EVERY_MS, () => {
      this.#read()
        .catch((error: unknown) => {
          // Drills take Redis away; the next read has it all.
          if (!(error instanceof Unavailable)) this.#failed = error;
        })
        .finally(() => {
          if (this.#cancel) this.#schedule();
        });
    });
  }

  /** One at a time. */
  #read(): Promise<void> {
    this.#reading = this.#reading.catch(() => undefined).then(() => this.#readOn());
    return this.#reading;
  }

  async #readOn(): Promise<void> {
    let after = Math.max(0, this.#commits.length - READ_AGAIN);
    for (;;) {
      const page = await this.#journal.read(this.#roomId, after, PAGE);
      for (const commit of page) this.#take(commit);
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      after = last.version;
    }
  }

  #take(commit: Commit): void {
    const index = commit.version - 1;
    const known = this.#commits[index];
    if (known?.commitId === commit.commitId) return;
    // Another one stood there: Redis has lost it, and what came after it.
    if (known) this.#commits.length = index;
    this.#commits.push(commit);
  }
}
