import type { RoomsByOwner, ServiceTime } from '../core/ports.ts';
import type { RoomId } from '../core/room/state.ts';
import { escapeId, ownRoomsKey, roomActivityKey } from './keys.ts';
import type { RedisConnection } from './RedisConnection.ts';
import { defineScripts, type Scripts } from './scripts.ts';

/** The index has a new room by then. */
const INDEXED_AFTER_MS = 60_000;
/** Who made no room for this long begins at none. */
const REMEMBERED_MS = 30 * 24 * 60 * 60 * 1_000;

/** Counts rooms in Redis. Whether one still exists is looked up in the room index, and only when there are too many. */
export class RedisRoomsByOwner implements RoomsByOwner {
  readonly #redis: RedisConnection;
  readonly #time: Pick<ServiceTime, 'now'>;
  readonly #scripts: Scripts;

  constructor(redis: RedisConnection, time: Pick<ServiceTime, 'now'>) {
    this.#redis = redis;
    this.#time = time;
    this.#scripts = defineScripts(redis.client);
  }

  async take(owner: string, roomId: RoomId, most: number): Promise<boolean> {
    const take = async () => {
      const taken = await this.#redis.run('count the rooms of an address', () =>
        this.#scripts.takeRoom(ownRoomsKey(owner), escapeId(roomId), most, REMEMBERED_MS),
      );
      return taken === 1;
    };
    return (await take()) || ((await this.#forgetEnded(owner)) && (await take()));
  }

  async giveBack(owner: string, roomId: RoomId): Promise<void> {
    await this.#redis.run('take a room off those of an address', () =>
      this.#redis.client.zrem(ownRoomsKey(owner), escapeId(roomId)),
    );
  }

  /** Returns whether there were any. */
  async #forgetEnded(owner: string): Promise<boolean> {
    const { client } = this.#redis;
    const key = ownRoomsKey(owner);
    return this.#redis.runRepeatable('look which rooms of an address have ended', async () => {
      const indexedBy = this.#time.now() - INDEXED_AFTER_MS;
      const old = await client.zrangebyscore(key, '-inf', indexedBy);
      if (old.length === 0) return false;
      const activity = await client.zmscore(roomActivityKey(), ...old);
      const ended = old.filter((_, index) => activity[index] === null);
      return ended.length > 0 && (await client.zrem(key, ...ended)) > 0;
    });
  }
}
