import { z } from 'zod';
import type { Contact } from '../core/cluster/standing.ts';
import type { Clock, Logger, NodeInfo, NodeRegistry } from '../core/ports.ts';
import type { NodeId, RoomId } from '../core/room/state.ts';
import { escapeId, nodeClientsKey, nodeKey, nodeRoomsKey, nodesKey, unescapeId } from './keys.ts';
import type { RedisConnection } from './RedisConnection.ts';
import { RedisPresence } from './RedisPresence.ts';
import { defineScripts, type Scripts } from './scripts.ts';

/** What nodes speak that do not say it. */
const PROTOCOLS_BEFORE = [2, 3];

const nodeInfo: z.ZodType<NodeInfo> = z.object({
  nodeId: z.string(),
  name: z.string(),
  url: z.string(),
  startedAt: z.number(),
  draining: z.boolean(),
  load: z.number(),
  capacity: z.number(),
  rooms: z.number(),
  participants: z.number(),
  journalFormat: z.number().default(0),
  internalUrl: z.string().nullable().default(null),
  mediaAddress: z.string().nullable().default(null),
  region: z.string().nullable().default(null),
  cpu: z.number().default(0),
  protocols: z.array(z.number()).default(PROTOCOLS_BEFORE),
  channelVersion: z.number().default(0),
  full: z.boolean().default(false),
  filesAt: z.string().nullable().default(null),
  standsBy: z.boolean().default(false),
});

/** Longer than others wait until a silent node counts as dead: its name tells whether another one took its place. */
const DESCRIPTION_KEPT_MS = 120_000;
/** The list of rooms with clients ends by itself this long after the last beat of its node (ms). */
const CLIENTS_KEPT_MS = 10_000;

/**
 * Living nodes and their rooms, in Redis. Every beat also repairs this node's lists of rooms, which Redis may have lost
 * and others may have changed.
 */
export class RedisNodeRegistry implements NodeRegistry {
  readonly #redis: RedisConnection;
  readonly #scripts: Scripts;
  readonly #logger: Logger;
  readonly #presence: RedisPresence<NodeInfo>;
  readonly #rooms = new Set<RoomId>();
  readonly #withClients = new Set<RoomId>();

  constructor(redis: RedisConnection, clock: Clock, logger: Logger) {
    this.#redis = redis;
    this.#scripts = defineScripts(redis.client);
    this.#logger = logger;
    this.#presence = new RedisPresence<NodeInfo>(redis, clock, logger, {
      kind: 'node',
      listKey: nodesKey(),
      keyOf: nodeKey,
      keptMs: DESCRIPTION_KEPT_MS,
      idOf: ({ nodeId }) => nodeId,
      schema: nodeInfo,
      beat: ({ nodeId }) => this.#repairLists(nodeId),
    });
  }

  async start(self: () => NodeInfo): Promise<void> {
    await this.#presence.start(self);
  }

  async stop(): Promise<void> {
    // "Last seen in 1970" makes other nodes look after its rooms at once.
    await this.#presence.stop(this.#rooms.size === 0 ? null : 0);
  }

  async nodes(): Promise<readonly NodeInfo[]> {
    return this.#presence.list();
  }

  /** How this node and Redis hear of each other. */
  get contact(): Contact {
    return this.#presence.contact;
  }

  /**
   * Whether a living node has the name of this one and started later: a name is taken by one process at a time.
   * @throws Unavailable
   */
  async isReplaced(nodeId: NodeId): Promise<boolean> {
    const last = await this.#presence.lastWordsOf(nodeId);
    if (!last) return false;
    const nodes = await this.nodes();
    return nodes.some(
      ({ name, nodeId: id, startedAt }) => name === last.name && id !== nodeId && startedAt > last.startedAt,
    );
  }

  async claimRoom(roomId: RoomId): Promise<void> {
    if (this.#rooms.has(roomId)) return;
    this.#rooms.add(roomId);
    const { self } = this.#presence;
    if (!self) return;
    try {
      await this.#redis.runRepeatable('claim a room for this node', () =>
        this.#redis.keep(nodeRoomsKey(self.nodeId), 'SADD', escapeId(roomId)),
      );
    } catch (error) {
      this.#rooms.delete(roomId);
      throw error;
    }
  }

  async releaseRoom(roomId: RoomId): Promise<void> {
    this.#rooms.delete(roomId);
    const { self } = this.#presence;
    if (!self) return;
    try {
      await this.#redis.run('release a room of this node', () =>
        this.#redis.client.srem(nodeRoomsKey(self.nodeId), escapeId(roomId)),
      );
    } catch (error) {
      this.#logger.debug({ roomId, err: error }, 'the room is not released yet; the next beat does it');
    }
  }

  noteClients(roomId: RoomId, present: boolean): void {
    if (this.#withClients.has(roomId) === present) return;
    if (present) this.#withClients.add(roomId);
    else this.#withClients.delete(roomId);
    const { self } = this.#presence;
    if (!self) return;
    const key = nodeClientsKey(self.nodeId);
    this.#redis
      .run('say where the clients of a room are', () =>
        Promise.all([
          present ? this.#redis.keep(key, 'SADD', escapeId(roomId)) : this.#redis.client.srem(key, escapeId(roomId)),
          this.#redis.client.pexpire(key, CLIENTS_KEPT_MS),
        ]),
      )
      .catch((error: unknown) => {
        this.#logger.debug(
          { roomId, err: error },
          'others do not know yet where its clients are; the next beat says it',
        );
      });
  }

  async nodesWithClients(roomId: RoomId, among: readonly NodeId[]): Promise<ReadonlySet<NodeId>> {
    const member = escapeId(roomId);
    const found = await this.#redis.runRepeatable('ask where the clients of a room are', () =>
      Promise.all(among.map((nodeId) => this.#redis.client.sismember(nodeClientsKey(nodeId), member))),
    );
    return new Set(among.filter((_, i) => found[i] === 1));
  }

  /**
   * The rooms whose clients are, or were moments ago, at the process that had the name of this one before it.
   * @throws Unavailable
   */
  async roomsOfPredecessor({ nodeId, name, startedAt }: NodeInfo): Promise<readonly RoomId[]> {
    const nodes = await this.nodes();
    const before = nodes.filter((node) => node.name === name && node.nodeId !== nodeId && node.startedAt < startedAt);
    const rooms = await this.#redis.runRepeatable('ask for the rooms of the server before this one', () =>
      Promise.all(before.map((node) => this.#redis.client.smembers(nodeClientsKey(node.nodeId)))),
    );
    return rooms.flat().map(unescapeId);
  }

  async #repairLists(nodeId: NodeId): Promise<void> {
    const clientsKey = nodeClientsKey(nodeId);
    await Promise.all([
      this.#repair(nodeRoomsKey(nodeId), this.#rooms),
      this.#repair(clientsKey, this.#withClients).then(() => this.#redis.client.pexpire(clientsKey, CLIENTS_KEPT_MS)),
    ]);
  }

  async #repair(key: string, rooms: ReadonlySet<RoomId>): Promise<void> {
    const stored = await this.#redis.client.smembers(key);
    if (stored.length === rooms.size && stored.every((member) => rooms.has(unescapeId(member)))) return;
    await this.#scripts.replaceSet(key, ...[...rooms].map(escapeId));
  }
}
