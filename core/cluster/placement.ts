import type { NodeInfo } from '../ports.ts';
import type { NodeId, RoomId } from '../room/state.ts';

/** What placement knows of a living node. Nodes behind one name have one URL: nobody is sent from one to the other. */
export type PlacedNode = Pick<
  NodeInfo,
  'nodeId' | 'url' | 'draining' | 'full' | 'load' | 'capacity' | 'cpu' | 'region'
>;

/** The nodes as one of them sees them, and what it knows of one room. */
export interface Scene {
  readonly roomId: RoomId;
  /** The node that is asked. It is always there. */
  readonly here: PlacedNode;
  readonly others: readonly PlacedNode[];
  /** The nodes that have clients of the room. */
  readonly holders: ReadonlySet<NodeId>;
}

export interface Arrival extends Scene {
  /** Whether the client has a place in the room already. */
  readonly comesBack: boolean;
  /** Nodes that the client could not stay with or get into, by URL. */
  readonly left: ReadonlySet<string>;
}

export type Place =
  | { readonly type: 'here' }
  /** Best first. */
  | { readonly type: 'elsewhere'; readonly nodes: readonly PlacedNode[] }
  /** No node takes newcomers. */
  | { readonly type: 'full' };

/** Two nodes whose use differs by less than this (a share of their capacity) are equally good. */
const SIMILAR = 0.2;

const HERE: Place = { type: 'here' };

/**
 * Returns where a client goes. A newcomer goes to the nodes that have the room, while it fits there, or to one in the
 * region of `here` if the room is only elsewhere; then to the least used nodes, of those to the ones in the region of
 * `here`, and of those to the same one for everybody, so that people who come to several nodes at the same moment meet
 * on one. Somebody who comes back goes to a node that has the room,
 * unless the client could not stay there, and is never refused.
 */
export function place(arrival: Arrival): Place {
  const { comesBack, here, holders, left } = arrival;
  const targets = reachable(arrival).filter(({ url }) => !left.has(url));
  if (comesBack) {
    const withRoom = targets.filter(({ nodeId }) => holders.has(nodeId));
    const stays = left.size > 0 || holders.has(here.nodeId) || withRoom.length === 0;
    return stays ? HERE : { type: 'elsewhere', nodes: sorted(arrival, withRoom) };
  }
  const all = [here, ...targets];
  const staysNear = here.region !== null && all.some(({ nodeId }) => holders.has(nodeId));
  const rank = (node: PlacedNode): number => rankOf(node, holders, staysNear && isFar(node, here));
  const ranked = sorted(arrival, all, { byUse: true, rank });
  const [best = here] = ranked;
  if (best.full) return { type: 'full' };
  // Of the nodes that have the room, the one that is asked is as good as the best.
  const isAsGood = holders.has(here.nodeId) && rank(here) === rank(best);
  if (best === here || isAsGood) return HERE;
  return { type: 'elsewhere', nodes: ranked.filter((node) => node !== here && !node.full) };
}

/**
 * Returns the other nodes in the order in which the room's clients should try them when they cannot stay `here`. It
 * hardly depends on the moment, so that the clients of a node that dies meet again on one node, and the rooms of that
 * node spread over all others.
 */
export function fallbacks(scene: Scene): PlacedNode[] {
  return sorted(scene, reachable(scene), { byUse: false });
}

/** Nodes that a client can be sent to: living ones with an address of their own that do not drain. */
function reachable({ here, others }: Scene): PlacedNode[] {
  return others.filter(({ draining, nodeId, url }) => !draining && nodeId !== here.nodeId && url !== here.url);
}

interface Order {
  readonly byUse?: boolean;
  /** The lowest is the best; `rankOf` without regions if not given. */
  readonly rank?: (node: PlacedNode) => number;
}

/** Best first. */
function sorted(
  { roomId, here, holders }: Scene,
  nodes: readonly PlacedNode[],
  { byUse = true, rank = (node) => rankOf(node, holders) }: Order = {},
): PlacedNode[] {
  const leastUse = new Map<number, number>();
  for (const node of nodes) {
    leastUse.set(rank(node), Math.min(leastUse.get(rank(node)) ?? Number.POSITIVE_INFINITY, useOf(node)));
  }
  const isUsedMore = (node: PlacedNode): boolean => byUse && useOf(node) - (leastUse.get(rank(node)) ?? 0) >= SIMILAR;
  return [...nodes].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      Number(isUsedMore(a)) - Number(isUsedMore(b)) ||
      Number(isFar(a, here)) - Number(isFar(b, here)) ||
      drawOf(roomId, b) - drawOf(roomId, a),
  );
}

/**
 * What counts most is that it is not full, then that it has space, then that it is not `tooFar`, then that it has the
 * room.
 */
function rankOf(node: PlacedNode, holders: ReadonlySet<NodeId>, tooFar = false): number {
  if (node.full) return 8;
  const hasSpace = node.load === 0 || node.load < node.capacity;
  return (hasSpace ? 0 : 4) + (tooFar ? 2 : 0) + (holders.has(node.nodeId) ? 0 : 1);
}

function useOf({ load, capacity, cpu }: PlacedNode): number {
  return Math.max(load / Math.max(1, capacity), cpu);
}

function isFar({ region }: PlacedNode, here: PlacedNode): boolean {
  return region !== here.region;
}

/**
 * Rendezvous hashing: every node gives the same number to a room and a node, and each node has the highest one for its
 * share of the rooms.
 */
function drawOf(roomId: RoomId, { nodeId }: PlacedNode): number {
  // FNV-1a, then the finalizer of MurmurHash3: FNV alone leaves the order of the last characters' bits visible.
  let hash = 0x811c9dc5;
  for (const character of `${roomId} ${nodeId}`) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
