import { type NodeChannel, NodeRefusal } from '../../cluster/NodeChannel.ts';
import type { Clock, Logger } from '../../ports.ts';
import type { NodeId, RoomId } from '../../room/state.ts';
import type { MediaPath } from '../RoomMedia.ts';
import { PipedTracks, PullRequest, RoomDemand, RoomHolds, RoomOffers, TOPICS } from './messages.ts';
import type { PipeListen } from './openPipeTransport.ts';
import { RoomNodes, type RoomNodesObjects } from './RoomNodes.ts';

export interface MediaNodesOptions {
  readonly nodeId: NodeId;
  readonly channel: NodeChannel;
  readonly listen: PipeListen;
  readonly patienceMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** This node's media in a cluster: passes what other nodes say about a room to that room. */
export class MediaNodes {
  readonly #options: MediaNodesOptions;
  readonly #rooms = new Map<RoomId, RoomNodes>();
  /** The nodes that hold each room, also of rooms that are not open here. */
  readonly #holders = new Map<RoomId, Set<NodeId>>();
  readonly #stop: readonly (() => void)[];

  constructor(options: MediaNodesOptions) {
    this.#options = options;
    const { channel } = options;
    const room = ({ roomId }: { roomId: RoomId }): RoomNodes | undefined => this.#rooms.get(roomId);
    this.#stop = [
      channel.onChange((nodeId, connected) => this.#connectionChanged(nodeId, connected)),
      channel.onTold(TOPICS.holds, RoomHolds.parse, (from, body) => {
        this.#noteHolder(from, body);
        room(body)?.heardHolds(from, body);
      }),
      channel.onTold(TOPICS.offers, RoomOffers.parse, (from, body) => room(body)?.heardOffers(from, body)),
      channel.onTold(TOPICS.demand, RoomDemand.parse, (from, body) => room(body)?.heardDemand(from, body)),
      channel.onTold(TOPICS.drop, PipedTracks.parse, (from, body) => room(body)?.dropped(from, body)),
      channel.onTold(TOPICS.ended, PipedTracks.parse, (from, body) => room(body)?.ended(from, body)),
      channel.onAsked(TOPICS.pull, PullRequest.parse, (from, body) => {
        const held = room(body);
        if (!held) throw new NodeRefusal('ROOM_NOT_HELD', 'This node does not hold the room.');
        return held.pulled(from, body);
      }),
    ];
  }

  openRoom(roomId: RoomId, objects: RoomNodesObjects): RoomNodes {
    const { nodeId, channel, listen, clock, patienceMs } = this.#options;
    const room = new RoomNodes({
      ...objects,
      roomId,
      nodeId,
      channel,
      listen,
      patienceMs,
      clock,
      logger: this.#options.logger.child({ roomId }),
      holders: () => this.#holders.get(roomId) ?? new Set(),
      onClosed: (closed) => {
        if (this.#rooms.get(roomId) === closed) this.#rooms.delete(roomId);
      },
    });
    this.#rooms.set(roomId, room);
    return room;
  }

  /** Number of tracks that come from other nodes now. */
  crossingTracks(): Record<MediaPath, number> {
    const crossing = { source: 0, reencoded: 0 };
    for (const room of this.#rooms.values()) {
      for (const twins of room.twins.values()) for (const { path, closed } of twins) if (!closed) crossing[path] += 1;
    }
    return crossing;
  }

  close(): void {
    for (const stop of this.#stop) stop();
    for (const room of [...this.#rooms.values()]) room.close();
  }

  #noteHolder(nodeId: NodeId, { roomId, holds }: RoomHolds): void {
    const holders = this.#holders.get(roomId) ?? new Set();
    if (holds) this.#holders.set(roomId, holders.add(nodeId));
    else if (holders.delete(nodeId) && holders.size === 0) this.#holders.delete(roomId);
  }

  #connectionChanged(nodeId: NodeId, connected: boolean): void {
    if (!connected) {
      for (const [roomId, holders] of this.#holders) {
        if (holders.delete(nodeId) && holders.size === 0) this.#holders.delete(roomId);
      }
    }
    for (const room of [...this.#rooms.values()]) room.connectionChanged(nodeId, connected);
  }
}
