import { type Journal, type Logger, Unavailable } from '../ports.ts';
import type { RoomId } from '../room/state.ts';
import type { Replica } from './Replica.ts';

const SNAPSHOT_EVERY_COMMITS = 300;

/** Saves a snapshot of the room every few hundred commits, so that a replay stays short. */
export class SnapshotKeeper {
  readonly #roomId: RoomId;
  readonly #journal: Journal;
  readonly #logger: Logger;
  #savedVersion: number;

  /** `version`: the room opened with this version, so nothing new has to be saved yet. */
  constructor(roomId: RoomId, journal: Journal, logger: Logger, version: number) {
    this.#roomId = roomId;
    this.#journal = journal;
    this.#logger = logger;
    this.#savedVersion = version;
  }

  /** The room was read from the journal again. */
  startOver(version: number): void {
    this.#savedVersion = version;
  }

  accepted(replica: Replica): void {
    if (replica.position.version >= this.#savedVersion + SNAPSHOT_EVERY_COMMITS) void this.#save(replica);
  }

  /** Saves what the last snapshot does not have. */
  async close(replica: Replica): Promise<void> {
    if (replica.position.version > this.#savedVersion) await this.#save(replica);
  }

  async #save({ position, state }: Replica): Promise<void> {
    this.#savedVersion = position.version;
    try {
      await this.#journal.saveSnapshot(this.#roomId, { position, state });
    } catch (error) {
      const level = error instanceof Unavailable ? 'debug' : 'error';
      this.#logger[level]({ err: error }, 'snapshot not saved: a later one will do, the journal has everything');
    }
  }
}
