import type { NodeInfo, NodeRegistry } from '../../core/ports.ts';
import type { NodeId } from '../../core/room/state.ts';

/** The living nodes of a test, in memory; rooms are claimed by nobody. */
export class MemoryRegistry {
  readonly #nodes = new Map<NodeId, () => NodeInfo>();

  /** A node's view of it. */
  of(nodeId: NodeId): NodeRegistry {
    return {
      start: async (self) => void this.#nodes.set(nodeId, self),
      stop: async () => void this.#nodes.delete(nodeId),
      nodes: async () => [...this.#nodes.values()].map((self) => self()),
      claimRoom: () => Promise.resolve(),
      releaseRoom: () => Promise.resolve(),
    };
  }

  /** A node that says this of itself, whether or not there is one. */
  add(info: NodeInfo): void {
    this.#nodes.set(info.nodeId, () => info);
  }

  remove(nodeId: NodeId): void {
    this.#nodes.delete(nodeId);
  }
}
