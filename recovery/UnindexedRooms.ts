import type { Logger, ServiceTime } from '../core/ports.ts';
import type { NodeId } from '../core/room/state.ts';
import { roomActivityKey, roomDeadlinesKey, roomMemberOf, roomScanKey } from './keys.ts';
import type { RedisConnection } from './RedisConnection.ts';
import { scanJournals } from './scanJournals.ts';

/** A node that died in the middle of it is replaced after this. */
const CLAIM_MS = 30_000;
/** Rooms of a version without deadlines come with an upgrade, or an upgrade after a downgrade. */
const AGAIN_AFTER_MS = 7 * 24 * 60 * 60 * 1_000;
/** The rooms that are found become due one after the other: to look at one, a node replays its journal. */
const ROOM_EVERY_MS = 250;
/** Where something was written since then, a node that knows deadlines has set one if there is any. */
const QUIET_MS = 60 * 60 * 1_000;

/**
 * Finds rooms that have a journal and no deadline, since only versions without deadlines wrote to them, and makes them
 * due: whoever looks at one then gives it the deadline that it should have.
 */
export class UnindexedRooms {
  readonly #redis: RedisConnection;
  readonly #time: Pick<ServiceTime, 'now'>;
  readonly #nodeId: NodeId;
  readonly #logger: Logger;
  #stopped = false;

  constructor(redis: RedisConnection, time: Pick<ServiceTime, 'now'>, nodeId: NodeId, logger: Logger) {
    this.#redis = redis;
    this.#time = time;
    this.#nodeId = nodeId;
    this.#logger = logger;
  }

  /** Looks at all journals, unless another node does or has done so. @throws Unavailable */
  async scan(): Promise<void> {
    const claim = await this.#redis.run('claim the search for rooms without a deadline', () =>
      this.#redis.keep(roomScanKey(), 'SET', this.#nodeId, 'PX', CLAIM_MS, 'NX'),
    );
    if (claim === null) return;
    let dueAt = this.#time.now();
    let found = 0;
    for await (const keys of scanJournals(this.#redis)) {
      if (this.#stopped) return;
      for (const member of await this.#withoutDeadline(keys)) {
        dueAt = Math.max(dueAt, this.#time.now()) + ROOM_EVERY_MS;
        found += 1;
        await this.#redis.run('make a room due', () =>
          this.#redis.keep(roomDeadlinesKey(), 'ZADD', 'NX', dueAt, member),
        );
      }
      await this.#redis.run('go on with the journals', () => this.#redis.client.pexpire(roomScanKey(), CLAIM_MS));
    }
    await this.#redis.run('note that the journals were looked through', () =>
      this.#redis.keep(roomScanKey(), 'SET', this.#nodeId, 'PX', AGAIN_AFTER_MS),
    );
    if (found > 0) this.#logger.info({ rooms: found }, 'rooms without a deadline were found: each gets one');
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Returns the members of the index that these journals lack. What is left of a deleted room expires by itself. */
  async #withoutDeadline(keys: readonly string[]): Promise<string[]> {
    if (keys.length === 0) return [];
    const { client } = this.#redis;
    const members = keys.map(roomMemberOf);
    return this.#redis.runRepeatable('look for deadlines', async () => {
      const [deadlines, activity, expiries] = await Promise.all([
        client.zmscore(roomDeadlinesKey(), ...members),
        client.zmscore(roomActivityKey(), ...members),
        Promise.all(keys.map((key) => client.pttl(key))),
      ]);
      const quietSince = this.#time.now() - QUIET_MS;
      return members.filter(
        (_, index) =>
          deadlines[index] === null && Number(activity[index] ?? 0) < quietSince && (expiries[index] ?? 0) < 0,
      );
    });
  }
}
