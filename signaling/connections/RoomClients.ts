import type { Clock, NodeRegistry } from '../../core/ports.ts';
import type { RoomId } from '../../core/room/state.ts';

interface RoomClientsDeps {
  readonly registry: Pick<NodeRegistry, 'noteClients'>;
  readonly clock: Clock;
}

/** A room counts as one with clients for this long after its last one, who may come back in a moment. */
const KEPT_MS = 10_000;

/** Counts the clients of each room that are connected to this node, also those who are not in the room yet. */
export class RoomClients {
  readonly #deps: RoomClientsDeps;
  readonly #counts = new Map<RoomId, number>();
  readonly #leaving = new Map<RoomId, () => void>();

  constructor(deps: RoomClientsDeps) {
    this.#deps = deps;
  }

  has(roomId: RoomId): boolean {
    return this.#counts.has(roomId) || this.#leaving.has(roomId);
  }

  /** A client is here until the returned function is called. */
  add(roomId: RoomId): () => void {
    const { registry } = this.#deps;
    this.#leaving.get(roomId)?.();
    this.#leaving.delete(roomId);
    this.#counts.set(roomId, (this.#counts.get(roomId) ?? 0) + 1);
    registry.noteClients(roomId, true);
    let here = true;
    return () => {
      if (!here) return;
      here = false;
      this.#remove(roomId);
    };
  }

  stop(): void {
    for (const cancel of this.#leaving.values()) cancel();
    this.#leaving.clear();
  }

  #remove(roomId: RoomId): void {
    const { clock, registry } = this.#deps;
    const left = (this.#counts.get(roomId) ?? 1) - 1;
    if (left > 0) {
      this.#counts.set(roomId, left);
      return;
    }
    this.#counts.delete(roomId);
    const cancel = clock.setTimer(KEPT_MS, () => {
      this.#leaving.delete(roomId);
      registry.noteClients(roomId, false);
    });
    this.#leaving.set(roomId, cancel);
  }
}
