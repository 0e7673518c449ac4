import { z } from 'zod';
import type { Clock, Logger, NodeInfo, NodeRegistry } from '../core/ports.ts';
import type { RoomId } from '../core/room/state.ts';
import { escapeId, nodeKey, nodeRoomsKey, nodesKey, unescapeId } from './keys.ts';
import type { RedisConnection } from './RedisConnection.ts';
import { Repeater } from './Repeater.ts';
import { defineScripts, type Scripts } from './scripts.ts';

/** A node that was not seen for longer than this is dead. */
export const DEAD_AFTER_MS = 3_000;
export const BEAT_MS = 1_000;

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
});

/** Who lives, in Redis. Every beat repairs what Redis may have lost of this node, or others have said of it meanwhile. */
export class RedisNodeRegistry implements NodeRegistry {
  readonly #redis: RedisConnection;
  readonly #scripts: Scripts;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #rooms = new Set<RoomId>();
  #running: { readonly self: () => NodeInfo; readonly beats: Repeater; readonly forget: () => void } | null = null;

  constructor(redis: RedisConnection, clock: Clock, logger: Logger) {
    this.#redis = redis;
    this.#scripts = defineScripts(redis.client);
    this.#clock = clock;
    this.#logger = logger;
  }

  async start(self: () => NodeInfo): Promise<void> {
    if (this.#running) throw new Error('The registry was started already');
    const beats = new Repeater(
      this.#clock,
      this.#logger,
      () => BEAT_MS,
      () => this.#beat(self()),
    );
    // Others call us dead until they hear from us again.
    const forget = this.#redis.availability.onChange((available) => available && void beats.runNow());
    this.#running = { self, beats, forget };
    await beats.runNow();
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    const { self, beats, forget } = this.#running;
    this.#running = null;
    forget();
    await beats.stop();
    const { nodeId } = self();
    const { client } = this.#redis;
    try {
      await this.#redis.run('say that this node stops', () =>
        Promise.all([
          client.del(nodeKey(nodeId)),
          // Rooms that it still holds are looked after at once: seen last in 1970.
          this.#rooms.size === 0
            ? client.zrem(nodesKey(), escapeId(nodeId))
            : client.zadd(nodesKey(), 0, escapeId(nodeId)),
        ]),
      );
    } catch (error) {
      this.#logger.warn(
        { err: error },
        'Redis does not know that this node stopped: others will find it dead in a moment',
      );
    }
  }

  async nodes(): Promise<readonly NodeInfo[]> {
    return this.#redis.runRepeatable('list the nodes', async () => {
      const alive = membersOf(await this.#scripts.nodesByAge(nodesKey(), 'alive', DEAD_AFTER_MS));
      const stored = await Promise.all(alive.map((nodeId) => this.#redis.client.get(nodeKey(nodeId))));
      return stored.flatMap((json) => this.#parse(json));
    });
  }

  async holdRoom(roomId: RoomId): Promise<void> {
    if (this.#rooms.has(roomId)) return;
    this.#rooms.add(roomId);
    if (!this.#running) return;
    const key = nodeRoomsKey(this.#running.self().nodeId);
    try {
      await this.#redis.runRepeatable('note that this node holds a room', () =>
        this.#redis.client.sadd(key, escapeId(roomId)),
      );
    } catch (error) {
      this.#rooms.delete(roomId);
      throw error;
    }
  }

  async releaseRoom(roomId: RoomId): Promise<void> {
    this.#rooms.delete(roomId);
    if (!this.#running) return;
    const key = nodeRoomsKey(this.#running.self().nodeId);
    try {
      await this.#redis.run('note that this node let go of a room', () =>
        this.#redis.client.srem(key, escapeId(roomId)),
      );
    } catch (error) {
      this.#logger.debug({ roomId, err: error }, 'The next beat lets go of the room');
    }
  }

  async #beat(info: NodeInfo): Promise<void> {
    const roomsKey = nodeRoomsKey(info.nodeId);
    const { client } = this.#redis;
    await this.#redis.run('say that this node lives', async () => {
      const [, , rooms] = await Promise.all([
        this.#scripts.noteNode(nodesKey(), escapeId(info.nodeId)),
        client.set(nodeKey(info.nodeId), JSON.stringify(info), 'PX', DEAD_AFTER_MS),
        client.scard(roomsKey),
      ]);
      if (rooms !== this.#rooms.size) await this.#scripts.replaceSet(roomsKey, ...[...this.#rooms].map(escapeId));
    });
  }

  #parse(json: string | null): NodeInfo[] {
    if (json === null) return [];
    try {
      return [nodeInfo.parse(JSON.parse(json))];
    } catch (error) {
      this.#logger.debug({ err: error }, 'A node of another version says something unknown about itself');
      return [];
    }
  }
}

/** Of [member, score, member, score…], the members. */
export function membersOf(withScores: unknown): string[] {
  return (withScores as string[]).filter((_, i) => i % 2 === 0).map(unescapeId);
}
