import type { RoomsByOwner } from '../../core/ports.ts';

/** Counts rooms in memory, and forgets none. */
export class MemoryRoomsByOwner implements RoomsByOwner {
  readonly #rooms = new Map<string, Set<string>>();

  async take(owner: string, roomId: string, most: number): Promise<boolean> {
    const rooms = this.#rooms.get(owner) ?? new Set();
    if (rooms.size >= most) return false;
    this.#rooms.set(owner, rooms.add(roomId));
    return true;
  }

  async giveBack(owner: string, roomId: string): Promise<void> {
    this.#rooms.get(owner)?.delete(roomId);
  }
}
