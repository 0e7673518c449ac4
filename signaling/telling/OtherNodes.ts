import { z } from 'zod';
import type { NodeChannel } from '../../core/cluster/NodeChannel.ts';
import type { NodeId, RoomId, RoomState, TrackId } from '../../core/room/state.ts';
import { type NotificationBody, notifications } from '../protocol/notifications.ts';

/** What merely happens in a room: nothing keeps it, and people on all of its nodes hear of it. */
const HAPPENINGS = ['reacted', 'typing', 'connectionQuality'] as const;
export type HappeningName = (typeof HAPPENINGS)[number];

const happening = <N extends HappeningName>(name: N) =>
  z.object({ roomId: z.string(), name: z.literal(name), body: notifications[name] });
const Happening = z.discriminatedUnion('name', [
  happening('reacted'),
  happening('typing'),
  happening('connectionQuality'),
]);
export type Happening = z.infer<typeof Happening>;

/** The tracks of a room that the people on a node receive reencoded. */
const Reencoded = z.object({ roomId: z.string(), trackIds: z.array(z.string()).max(10_000) });

export interface OtherNodesDeps {
  readonly nodeId: NodeId;
  readonly channel: NodeChannel;
  /** The record of a room that is open here. */
  readonly stateOf: (roomId: RoomId) => RoomState | undefined;
}

interface Listeners {
  readonly happened: (happening: Happening) => void;
  readonly reencoded: (nodeId: NodeId, roomId: RoomId, trackIds: readonly TrackId[]) => void;
  /** A node is gone: what it said is no longer known to be true. */
  readonly gone: (nodeId: NodeId) => void;
  /** A node has come: it has heard nothing yet. */
  readonly came: (nodeId: NodeId) => void;
}

/** The other nodes that have people in a room: they hear what happens here, and say what happens there. */
export class OtherNodes {
  readonly #deps: OtherNodesDeps;

  constructor(deps: OtherNodesDeps, { happened, reencoded, gone, came }: Listeners) {
    this.#deps = deps;
    const { channel } = deps;
    channel.onTold('room.happened', Happening.parse, (_, body) => happened(body));
    channel.onTold('room.reencoded', Reencoded.parse, (from, { roomId, trackIds }) =>
      reencoded(from, roomId, trackIds),
    );
    channel.onChange((nodeId, connected) => (connected ? came(nodeId) : gone(nodeId)));
  }

  tellHappening<N extends HappeningName>(roomId: RoomId, name: N, body: NotificationBody<N>): void {
    for (const nodeId of this.of(roomId)) this.#deps.channel.tell(nodeId, 'room.happened', { roomId, name, body });
  }

  tellReencoded(roomId: RoomId, trackIds: readonly TrackId[], to: Iterable<NodeId> = this.of(roomId)): void {
    for (const nodeId of to) this.#deps.channel.tell(nodeId, 'room.reencoded', { roomId, trackIds });
  }

  /** Returns the nodes that have people in this room and can be told. */
  of(roomId: RoomId): NodeId[] {
    const { channel, nodeId, stateOf } = this.#deps;
    const state = channel.connected.size === 0 ? undefined : stateOf(roomId);
    return state ? [...nodesIn(state)].filter((id) => id !== nodeId && channel.connected.has(id)) : [];
  }

  /** Returns the other nodes whose first person has come with this change. */
  newIn(before: RoomState, after: RoomState): NodeId[] {
    if (before.participants === after.participants) return [];
    const known = nodesIn(before);
    return [...nodesIn(after)].filter((id) => id !== this.#deps.nodeId && !known.has(id));
  }
}

function nodesIn({ participants }: RoomState): Set<NodeId> {
  const nodes = new Set<NodeId>();
  for (const { connected, nodeId } of participants.values()) if (connected) nodes.add(nodeId);
  return nodes;
}
