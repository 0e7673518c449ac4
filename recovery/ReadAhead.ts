import { MOST_AHEAD } from '../core/host/openAhead.ts';
import type { Clock, Journal, Logger } from '../core/ports.ts';
import type { RoomId } from '../core/room/state.ts';
import { Repeater } from './Repeater.ts';
import { type Restored, restore } from './replay.ts';

export interface ReadAheadOptions {
  readonly journal: Pick<Journal, 'loadSnapshot' | 'read'>;
  /** The rooms of the server that this one may take over from. */
  readonly rooms: () => Promise<readonly RoomId[]>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const EVERY_MS = 1_000;

/**
 * What a standby knows of the rooms that it may have to open: it reads their journals along. When it takes over, only
 * the last second is left to read.
 */
export class ReadAhead {
  readonly #options: ReadAheadOptions;
  readonly #known = new Map<RoomId, Restored>();
  readonly #repeater: Repeater;

  constructor(options: ReadAheadOptions) {
    this.#options = options;
    this.#repeater = new Repeater(
      options.clock,
      options.logger,
      () => EVERY_MS,
      () => this.#read(),
    );
  }

  /** The rooms that it knows. */
  get rooms(): readonly RoomId[] {
    return [...this.#known.keys()];
  }

  /** Reads for the first time; goes on until `stop`. */
  start(): Promise<void> {
    return this.#repeater.runNow();
  }

  /** What is known stays until it is taken or forgotten. */
  stop(): void {
    void this.#repeater.stop();
  }

  forget(): void {
    this.#known.clear();
  }

  /**
   * Returns the room as its journal describes it now; once for each that is known, which nobody keeps afterwards.
   * @throws Unavailable when the journal does not answer
   * @throws JournalCorrupt when a commit is missing or cannot be read
   */
  restore(roomId: RoomId): Promise<Restored> {
    const known = this.#known.get(roomId);
    this.#known.delete(roomId);
    return restore(this.#options.journal, roomId, known);
  }

  async #read(): Promise<void> {
    const rooms = (await this.#options.rooms()).slice(0, MOST_AHEAD);
    for (const roomId of this.#known.keys()) if (!rooms.includes(roomId)) this.#known.delete(roomId);
    for (const roomId of rooms) {
      if (this.#repeater.stopped) return;
      try {
        const room = await restore(this.#options.journal, roomId, this.#known.get(roomId));
        if (!this.#repeater.stopped) this.#known.set(roomId, room);
      } catch (error) {
        this.#known.delete(roomId);
        this.#options.logger.debug({ err: error, roomId }, 'a room could not be read ahead');
      }
    }
  }
}
