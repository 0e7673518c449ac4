import {
  type Journal,
  type JournalFull,
  type KeptTail,
  type Logger,
  NO_TAIL,
  RECENT_TAIL,
  RoomFull,
  Unavailable,
} from '../ports.ts';
import type { Commit } from '../room/commit.ts';
import { deletes } from '../room/deleted.ts';
import type { RoomId } from '../room/state.ts';
import type { Replica } from './Replica.ts';

const SNAPSHOT_EVERY_COMMITS = 300;
/** What people deleted may stay in the journal for this long. */
export const ERASED_AFTER_MS = 60_000;

/** A full room is trimmed if its journal has at least this share of what it may hold: a snapshot is worth it then. */
const WORTH_TRIMMING = 1 / 16;

/**
 * Saves a snapshot of the room every few hundred commits, so that a replay stays short; and some time after people
 * deleted something, so that the journal is trimmed of it.
 */
export class SnapshotKeeper {
  readonly #roomId: RoomId;
  readonly #journal: Journal;
  readonly #logger: Logger;
  #savedVersion: number;
  #deletedAt: number | null;
  /** The version at which the journal was trimmed to make room. */
  #trimmedAt = -1;

  /** `replica`: the room as it was restored, so nothing new has to be saved yet. */
  constructor(roomId: RoomId, journal: Journal, logger: Logger, replica: Replica) {
    this.#roomId = roomId;
    this.#journal = journal;
    this.#logger = logger;
    this.#savedVersion = replica.position.version;
    this.#deletedAt = deletionIn(replica);
  }

  /** When (ms since the epoch) the journal is to be trimmed of what people deleted; null if it has nothing of that. */
  get eraseAt(): number | null {
    return this.#deletedAt === null ? null : this.#deletedAt + ERASED_AFTER_MS;
  }

  /** Commits were put back into the journal. */
  putBack(replica: Replica): void {
    this.#deletedAt ??= deletionIn(replica);
  }

  /** The room was read from the journal again. */
  startOver(replica: Replica): void {
    this.#savedVersion = replica.position.version;
    this.#deletedAt = deletionIn(replica);
  }

  accepted(replica: Replica, commits: readonly Commit[]): void {
    this.#deletedAt ??= commits.find(deletes)?.at ?? null;
    const { version } = replica.position;
    if (version >= this.#savedVersion + SNAPSHOT_EVERY_COMMITS) void this.#save(replica, RECENT_TAIL);
  }

  /** Trims the journal of what people deleted. */
  async erase(replica: Replica): Promise<void> {
    await this.#save(replica, NO_TAIL);
  }

  /** Trims the journal if that makes room in a full room; returns whether appending again may help. */
  async makeRoom(replica: Replica, full: JournalFull, mostBytes: number): Promise<boolean> {
    const { version } = replica.position;
    if (!(full instanceof RoomFull) || full.journalBytes < mostBytes * WORTH_TRIMMING) return false;
    if (this.#trimmedAt === version) return false;
    this.#trimmedAt = version;
    await this.#save(replica, NO_TAIL);
    return true;
  }

  /** Saves what the last snapshot does not have. */
  async close(replica: Replica): Promise<void> {
    if (this.#deletedAt !== null) await this.#save(replica, NO_TAIL);
    else if (replica.position.version > this.#savedVersion) await this.#save(replica, RECENT_TAIL);
  }

  async #save({ position, state }: Replica, keep: KeptTail): Promise<void> {
    this.#savedVersion = position.version;
    const deletedAt = this.#deletedAt;
    if (keep === NO_TAIL) this.#deletedAt = null;
    try {
      await this.#journal.saveSnapshot(this.#roomId, { position, state }, keep);
    } catch (error) {
      if (keep === NO_TAIL) this.#deletedAt ??= deletedAt;
      const level = error instanceof Unavailable ? 'debug' : 'error';
      this.#logger[level]({ err: error }, 'snapshot not saved: a later one will do, the journal has everything');
    }
  }
}

/** The commit that a journal begins with cannot be about one before it. */
function deletionIn({ recent }: Replica): number | null {
  return recent.slice(1).find(deletes)?.at ?? null;
}
