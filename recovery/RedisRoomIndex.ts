import type { Logger, RoomIndex, RoomSummary, ServiceTime } from '../core/ports.ts';
import type { RoomId } from '../core/room/state.ts';
import { escapeId, roomActivityKey, roomDeadlinesKey, unescapeId } from './keys.ts';
import type { RedisConnection } from './RedisConnection.ts';
import { defineScripts, type Scripts } from './scripts.ts';

/** A deadline that passed this long ago was met, or other nodes remember it. */
const REMEMBERED_MS = 60_000;

/**
 * Last activity and next deadline of each room, in Redis. Writes the deadlines that this node knows again whenever
 * Redis comes back, since it may have lost them: an extra deadline is harmless, a lost one is not.
 */
export class RedisRoomIndex implements RoomIndex {
  readonly #redis: RedisConnection;
  readonly #time: Pick<ServiceTime, 'now'>;
  readonly #logger: Logger;
  readonly #scripts: Scripts;
  readonly #deadlines = new Map<RoomId, number>();

  constructor(redis: RedisConnection, time: Pick<ServiceTime, 'now'>, logger: Logger) {
    this.#redis = redis;
    this.#scripts = defineScripts(redis.client);
    this.#time = time;
    this.#logger = logger;
    redis.availability.onChange((available) => available && void this.#writeDeadlinesAgain());
  }

  async touch(roomId: RoomId, at: number, deadline: number | null): Promise<void> {
    const written = this.#deadlines.get(roomId);
    this.#remember(roomId, deadline);
    const member = escapeId(roomId);
    await this.#redis.run('note the activity of a room', () =>
      Promise.all([
        this.#redis.keep(roomActivityKey(), 'ZADD', 'GT', at, member),
        deadline === null
          ? this.#takeBack(member, written)
          : this.#redis.keep(roomDeadlinesKey(), 'ZADD', deadline, member),
      ]),
    );
  }

  async remove(roomId: RoomId, deadline: number | null): Promise<void> {
    this.#remember(roomId, deadline);
    const { client } = this.#redis;
    const member = escapeId(roomId);
    await this.#redis.run('take a room off the index', () =>
      Promise.all([
        client.zrem(roomActivityKey(), member),
        deadline === null
          ? client.zrem(roomDeadlinesKey(), member)
          : this.#redis.keep(roomDeadlinesKey(), 'ZADD', deadline, member),
      ]),
    );
  }

  async list(limit: number): Promise<readonly RoomSummary[]> {
    if (limit <= 0) return []; // In Redis a last index of -1 means all.
    const flat = await this.#redis.runRepeatable('list the rooms', () =>
      this.#redis.client.zrevrange(roomActivityKey(), 0, limit - 1, 'WITHSCORES'),
    );
    const rooms: RoomSummary[] = [];
    for (let i = 0; i + 1 < flat.length; i += 2) {
      rooms.push({ roomId: unescapeId(flat[i] ?? ''), lastActivityAt: Number(flat[i + 1]) });
    }
    return rooms;
  }

  async count(): Promise<number> {
    return this.#redis.runRepeatable('count the rooms', () => this.#redis.client.zcard(roomActivityKey()));
  }

  /** Only what this node wrote: it may lag, and another's deadline must stay. One too many is looked at in vain. */
  async #takeBack(member: string, written: number | undefined): Promise<void> {
    if (written !== undefined) await this.#scripts.settleClaim(roomDeadlinesKey(), member, written, '');
  }

  /** In the order of the last change, so that old deadlines come first and can be removed. */
  #remember(roomId: RoomId, deadline: number | null): void {
    this.#deadlines.delete(roomId);
    if (deadline !== null) this.#deadlines.set(roomId, deadline);
    for (const [oldest, itsDeadline] of this.#deadlines) {
      if (itsDeadline > this.#time.now() - REMEMBERED_MS) break;
      this.#deadlines.delete(oldest);
    }
  }

  async #writeDeadlinesAgain(): Promise<void> {
    const members = [...this.#deadlines].flatMap(([roomId, deadline]) => [deadline, escapeId(roomId)]);
    try {
      for (let i = 0; i < members.length; i += 1_000) {
        const part = members.slice(i, i + 1_000);
        // The earlier of two deadlines wins: the room is then looked at, and sets its next one.
        await this.#redis.run('write deadlines again', () =>
          this.#redis.keep(roomDeadlinesKey(), 'ZADD', 'LT', ...part),
        );
      }
    } catch (error) {
      this.#logger.debug({ err: error }, 'deadlines are not written: trying again when Redis is back');
    }
  }
}
