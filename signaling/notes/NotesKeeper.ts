import type { RoomHost } from '../../core/host/RoomHost.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { NOTES_LENGTH, shouldPutTogether, updatesAfter } from '../../core/room/notes.ts';
import type { NodeId } from '../../core/room/state.ts';
import { NotesMerger } from './NotesMerger.ts';

interface NotesKeeperDeps {
  readonly nodeId: NodeId;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
  readonly logger: Logger;
}

/** Puts the updates of a room's notes together when there are many: once at a time for a room. */
export class NotesKeeper {
  readonly #deps: NotesKeeperDeps;
  readonly #merger = new NotesMerger();
  readonly #busy = new WeakSet<RoomHost>();
  /** Rooms whose updates took too long, and how many there must be for the next attempt. */
  readonly #again = new WeakMap<RoomHost, number>();

  constructor(deps: NotesKeeperDeps) {
    this.#deps = deps;
  }

  /** Somebody wrote on the notes of this room. */
  written(room: RoomHost): void {
    const { notes } = room.state;
    const isTooEarly = notes.updates.length < (this.#again.get(room) ?? 0);
    if (this.#busy.has(room) || isTooEarly || !shouldPutTogether(notes)) return;
    this.#busy.add(room);
    this.#putTogether(room)
      .catch((error: unknown) => {
        this.#deps.logger.warn({ err: error, roomId: room.roomId }, 'notes could not be put together');
      })
      .finally(() => this.#busy.delete(room));
  }

  close(): Promise<void> {
    return this.#merger.close();
  }

  async #putTogether(room: RoomHost): Promise<void> {
    const { clock, logger, newId, nodeId } = this.#deps;
    const { notes } = room.state;
    const base = await this.#merger.merge(updatesAfter(notes, 0));
    if (base === null || base.length > NOTES_LENGTH) {
      this.#again.set(room, 2 * notes.updates.length);
      logger.warn({ roomId: room.roomId, updates: notes.updates.length }, 'notes stay in their parts: too much work');
      return;
    }
    const envelope = { commandId: newId(), actor: { kind: 'node', nodeId }, now: clock.now() } as const;
    await room.handle({ type: 'CompactNotes', base, upTo: notes.count, ...envelope });
  }
}
