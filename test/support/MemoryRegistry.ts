import { type NodeInfo, type NodeRegistry, Unavailable } from '../../core/ports.ts';
import type { NodeId, RoomId } from '../../core/room/state.ts';

/** The living nodes of a test, in memory; rooms are claimed by nobody. */
export class MemoryRegistry {
  readonly #nodes = new Map<NodeId, () => NodeInfo>();
  readonly #withClients = new Map<NodeId, Set<RoomId>>();
  /** False while it does not answer. */
  available = true;

  /** A node's view of it. */
  of(nodeId: NodeId): NodeRegistry {
    const withClients = new Set<RoomId>();
    this.#withClients.set(nodeId, withClients);
    return {
      start: async (self) => void this.#nodes.set(nodeId, self),
      stop: async () => void this.#nodes.delete(nodeId),
      nodes: async () => {
        this.#requireAvailable();
        return [...this.#nodes.values()].map((self) => self());
      },
      claimRoom: () => Promise.resolve(),
      releaseRoom: () => Promise.resolve(),
      noteClients: (roomId, present) => {
        if (present) withClients.add(roomId);
        else withClients.delete(roomId);
      },
      nodesWithClients: async (roomId, among) => {
        this.#requireAvailable();
        return new Set(among.filter((id) => this.#nodes.has(id) && this.#withClients.get(id)?.has(roomId)));
      },
    };
  }

  /** A node that says this of itself, whether or not there is one. */
  add(info: NodeInfo): void {
    this.#nodes.set(info.nodeId, () => info);
  }

  remove(nodeId: NodeId): void {
    this.#nodes.delete(nodeId);
  }

  #requireAvailable(): void {
    if (!this.available) throw new Unavailable('redis', 'The registry does not answer.');
  }
}
