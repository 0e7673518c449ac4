import type { NodeId, RoomId } from '../core/room/state.ts';

/**
 * Every Redis key and channel of Everroom. The braces are a hash tag: all keys of one room share a slot of a Redis
 * Cluster, so one script may touch them all. Ids are escaped, so that no id can end the tag or collide with another's
 * key.
 */

export const journalKey = (roomId: RoomId): string => `everroom:{${escapeId(roomId)}}:journal`;
/** The pattern of all journals' keys, and the room (an escaped id) of such a key. */
export const JOURNAL_KEYS = 'everroom:{*}:journal';
export const roomMemberOf = (key: string): string => key.slice('everroom:{'.length, -'}:journal'.length);
export const snapshotKey = (roomId: RoomId): string => `everroom:{${escapeId(roomId)}}:snapshot`;
/** How many passwords were guessed for the room, and when it takes the next guess; expires. */
export const guessesKey = (roomId: RoomId): string => `everroom:{${escapeId(roomId)}}:guesses`;
export const feedChannel = (roomId: RoomId): string => `everroom:{${escapeId(roomId)}}:feed`;

/** Sorted set: node id → time when it was last seen (ms, the Redis server's clock). */
export const nodesKey = (): string => 'everroom:nodes';
/** The node's description of itself; expires some time after it. */
export const nodeKey = (nodeId: NodeId): string => `everroom:node:${escapeId(nodeId)}`;
/** Set of the rooms that the node claimed; outlives the node. */
export const nodeRoomsKey = (nodeId: NodeId): string => `everroom:node:${escapeId(nodeId)}:rooms`;
/** Set of the rooms that have clients at the node; expires with it. */
export const nodeClientsKey = (nodeId: NodeId): string => `everroom:node:${escapeId(nodeId)}:clients`;
/** Claim of the node that looks after a dead node's rooms; expires. */
export const nodeSweepKey = (nodeId: NodeId): string => `everroom:node:${escapeId(nodeId)}:sweep`;

/** A keyed hash of the secret that signs tokens: nodes find out that theirs differ. */
export const tokenSecretKey = (): string => 'everroom:token-secret';
/** Hash: since when the service has been there without a break, and when it was last seen (ms, Redis' clock). */
export const serviceKey = (): string => 'everroom:service';

/** Sorted set: room → time when it was made (ms, Redis' clock), of one owner without the API key; expires. */
export const ownRoomsKey = (owner: string): string => `everroom:owner:${escapeId(owner)}:rooms`;

/** Hash: upload → when it was begun (ms, Redis' clock), its bytes and its owner, of one scope; expires. */
export const uploadsKey = (scope: string): string => `everroom:uploads:${escapeId(scope)}`;

/** Hash: folder of a store of files → since when no room is known that has it (ms, Redis' clock). */
export const orphanedFoldersKey = (store: string): string => `everroom:files:${escapeId(store)}:orphaned`;
/** Claim of the node that looks for such folders, and for a day the sign that one has; expires. */
export const fileSweepKey = (store: string): string => `everroom:files:${escapeId(store)}:sweep`;

/** Sorted set: room → last activity (ms since the epoch). */
export const roomActivityKey = (): string => 'everroom:rooms:activity';
/** Claim of the node that looks for rooms without a deadline, and for some days the sign that one has; expires. */
export const roomScanKey = (): string => 'everroom:rooms:scan';

/** Sorted set: room → time of its next look (ms since the epoch). */
export const roomDeadlinesKey = (): string => 'everroom:rooms:deadlines';

/**
 * Prefix of all keys of the reencoding queue, which BullMQ names. The hash tag keeps them in one slot: BullMQ's scripts
 * touch several keys at once.
 */
export const reencodingPrefix = (): string => '{everroom:reencoding}';
/** Sorted set: sidecar id → time when it was last seen (ms, the Redis server's clock). */
export const sidecarsKey = (): string => 'everroom:sidecars';
/** The sidecar's description of itself; expires with it. */
export const sidecarKey = (sidecarId: string): string => `everroom:sidecar:${escapeId(sidecarId)}`;

/** Written to learn whether Redis takes writes, and whether its replicas have them. */
export const probeKey = (): string => 'everroom:probe';

/**
 * An id in the form for keys and set members. Surrogates are escaped too: lone ones would all become the same bytes.
 */
export function escapeId(id: string): string {
  return id.replace(/[%:{}]|\p{Surrogate}/gu, (c) => `%${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function unescapeId(escaped: string): string {
  return escaped.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
