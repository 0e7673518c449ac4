import type { MediaPlaneOptions } from '../../../core/media/createMediaPlane.ts';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import type { RoomEvent } from '../../../core/room/events.ts';
import type { NodeId } from '../../../core/room/state.ts';
import { MemoryChannels } from '../../support/MemoryChannel.ts';
import { TestPeer } from './TestPeer.ts';
import { openTestPlane, TestRoom } from './TestRoom.ts';

/** Nodes of one cluster in this process, each with its own media workers. */
export class TestNodes {
  readonly channels = new MemoryChannels();
  readonly #planes = new Map<NodeId, MediaPlane>();
  readonly #patienceMs: number;

  /** `patienceMs`: for how long a pipe may be silent while its node cannot be asked. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  async open(nodeId: NodeId, options: Partial<MediaPlaneOptions> = {}): Promise<MediaPlane> {
    const plane = await openTestPlane({ nodeId, pipePatienceMs: this.#patienceMs, ...options });
    plane.joinNodes(this.channels.join(nodeId));
    this.#planes.set(nodeId, plane);
    return plane;
  }

  plane(nodeId: NodeId): MediaPlane {
    const plane = this.#planes.get(nodeId);
    if (!plane) throw new Error(`there is no node ${nodeId}`);
    return plane;
  }

  /** The node tells nobody that it goes. */
  async kill(nodeId: NodeId): Promise<void> {
    this.channels.leave(nodeId);
    await this.plane(nodeId).close();
    this.#planes.delete(nodeId);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#planes.values()].map((plane) => plane.close()));
  }
}

/** One room on several nodes: what is recorded reaches all of them. */
export class SpreadRoom {
  readonly roomId: string;
  readonly #nodes: TestNodes;
  readonly #rooms = new Map<NodeId, TestRoom>();
  readonly #events: RoomEvent[] = [];
  readonly #peers: TestPeer[] = [];

  constructor(nodes: TestNodes, roomId: string) {
    this.#nodes = nodes;
    this.roomId = roomId;
  }

  /** The room on this node, which follows the record from its first use on. */
  on(nodeId: NodeId): TestRoom {
    let room = this.#rooms.get(nodeId);
    if (!room) {
      room = new TestRoom(this.#nodes.plane(nodeId), this.roomId);
      room.record(...this.#events);
      this.#rooms.set(nodeId, room);
    }
    return room;
  }

  record(...events: readonly RoomEvent[]): void {
    this.#events.push(...events);
    for (const room of this.#rooms.values()) room.record(...events);
  }

  async join(nodeId: NodeId, id: string, session: number): Promise<TestPeer> {
    const peer = await TestPeer.join(this.#nodes.plane(nodeId), this.on(nodeId), id, session);
    this.#peers.push(peer);
    return peer;
  }

  /** The tracks that this node has from others, with the node of each. */
  pulledTo(nodeId: NodeId): string[] {
    const { producers } = this.on(nodeId).media.inventory();
    return producers.flatMap(({ trackId, origin }) => (origin ? [`${trackId} from ${origin}`] : [])).sort();
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.close();
    await Promise.all([...this.#rooms.values()].map((room) => room.media.close()));
  }
}
