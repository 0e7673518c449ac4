import type { RoomId } from '../../core/room/state.ts';

/** A room that another node creates is found after this. */
const KEPT_MS = 1_000;
const MOST = 10_000;

/** Rooms that did not exist a moment ago: whoever asks for them again costs no look into the journal. */
export class AbsentRooms {
  readonly #now: () => number;
  readonly #until = new Map<RoomId, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  has(roomId: RoomId): boolean {
    const leftMs = (this.#until.get(roomId) ?? 0) - this.#now();
    // A clock that was set back keeps nothing for long.
    return leftMs > 0 && leftMs <= KEPT_MS;
  }

  add(roomId: RoomId): void {
    if (this.#until.size >= MOST) this.#until.clear();
    this.#until.set(roomId, this.#now() + KEPT_MS);
  }

  remove(roomId: RoomId): void {
    this.#until.delete(roomId);
  }
}
