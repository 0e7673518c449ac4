import type { Clock, Logger, RoomIndex, RoomSummary } from '../core/ports.ts';
import type { RoomId } from '../core/room/state.ts';
import { escapeId, roomActivityKey, roomDeadlinesKey, unescapeId } from './keys.ts';
import type { RedisConnection } from './RedisConnection.ts';

/**
 * Last activity and next deadline of each room, in Redis. Deadlines that this node knows are written again whenever Redis
 * comes back, for it may have lost them: a deadline too many is harmless, a lost one is not.
 */
export class RedisRoomIndex implements RoomIndex {
  readonly #redis: RedisConnection;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #deadlines = new Map<RoomId, number>();

  constructor(redis: RedisConnection, clock: Clock, logger: Logger) {
    this.#redis = redis;
    this.#clock = clock;
    this.#logger = logger;
    redis.availability.onChange((available) => available && void this.#writeDeadlinesAgain());
  }

  async touch(roomId: RoomId, at: number, deadline: number | null): Promise<void> {
    if (deadline === null) this.#deadlines.delete(roomId);
    else this.#deadlines.set(roomId, deadline);
    const { client } = this.#redis;
    const member = escapeId(roomId);
    await this.#attempt('note the activity of a room', () =>
      Promise.all([
        client.zadd(roomActivityKey(), 'GT', at, member),
        deadline === null ? client.zrem(roomDeadlinesKey(), member) : client.zadd(roomDeadlinesKey(), deadline, member),
      ]),
    );
  }

  async remove(roomId: RoomId): Promise<void> {
    this.#deadlines.delete(roomId);
    const { client } = this.#redis;
    const member = escapeId(roomId);
    await this.#attempt('take a room off the index', () =>
      Promise.all([client.zrem(roomActivityKey(), member), client.zrem(roomDeadlinesKey(), member)]),
    );
  }

  async list(limit: number): Promise<readonly RoomSummary[]> {
    if (limit <= 0) return []; // To Redis, a last index of -1 means all.
    const flat = await this.#redis.runRepeatable('list the rooms', () =>
      this.#redis.client.zrevrange(roomActivityKey(), 0, limit - 1, 'WITHSCORES'),
    );
    const rooms: RoomSummary[] = [];
    for (let i = 0; i + 1 < flat.length; i += 2) {
      rooms.push({ roomId: unescapeId(flat[i] ?? ''), lastActivityAt: Number(flat[i + 1]) });
    }
    return rooms;
  }

  async #writeDeadlinesAgain(): Promise<void> {
    // Those of long ago were met, or others remember them.
    const forgotten = this.#clock.now() - 600_000;
    const members: (string | number)[] = [];
    for (const [roomId, deadline] of this.#deadlines) {
      if (deadline < forgotten) this.#deadlines.delete(roomId);
      else members.push(deadline, escapeId(roomId));
    }
    for (let i = 0; i < members.length; i += 1_000) {
      const part = members.slice(i, i + 1_000);
      await this.#attempt('write deadlines again', () => this.#redis.client.zadd(roomDeadlinesKey(), 'NX', ...part));
    }
  }

  /** The index is a hint: what fails now is written with the next change, or when Redis is back. */
  async #attempt(what: string, send: () => Promise<unknown>): Promise<void> {
    try {
      await this.#redis.run(what, send);
    } catch (error) {
      this.#logger.debug({ error }, `Could not ${what}`);
    }
  }
}
