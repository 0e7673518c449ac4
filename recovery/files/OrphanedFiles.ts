import type { FileStore } from '../../core/files/FileStore.ts';
import { folderOf } from '../../core/files/RoomFiles.ts';
import type { Clock, Journal, Logger, ServiceTime } from '../../core/ports.ts';
import type { NodeId, RoomId } from '../../core/room/state.ts';
import { fileSweepKey, orphanedFoldersKey, roomMemberOf, unescapeId } from '../keys.ts';
import type { RedisConnection } from '../RedisConnection.ts';
import { Repeater } from '../Repeater.ts';
import { restore } from '../replay.ts';
import { scanJournals } from '../scanJournals.ts';

interface OrphanedFilesDeps {
  readonly redis: RedisConnection;
  readonly journal: Pick<Journal, 'loadSnapshot' | 'read'>;
  readonly time: Pick<ServiceTime, 'now'>;
  readonly nodeId: NodeId;
  readonly store: FileStore;
  /** How long Redis must have known no room of a folder before it goes; at least a day. */
  readonly retentionMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

const DAY_MS = 24 * 3_600_000;
/** How often a node looks whether the files were looked through. */
const SWEEP_EVERY_MS = 3_600_000;
/** A node that died in the middle of it is replaced after this. */
const CLAIM_MS = 60_000;
/** In a bucket or folder that is used for something else too, nothing else is touched. */
const FOLDER = /^[0-9a-f]{32}$/;

/**
 * Removes files whose room's record Redis lost, once a day in the whole cluster. Redis may get back what it lost: a
 * folder goes when two looks, with the whole retention time between them, found no room that has it, and Redis knows
 * since the first one that this is so. Where Redis has no room at all, or any room cannot be read, nothing goes.
 */
export class OrphanedFiles {
  readonly #deps: OrphanedFilesDeps;
  readonly #repeater: Repeater;
  #stopped = false;

  constructor(deps: OrphanedFilesDeps) {
    this.#deps = deps;
    this.#repeater = new Repeater(
      deps.clock,
      deps.logger,
      () => SWEEP_EVERY_MS,
      () => this.sweep(),
    );
  }

  start(): void {
    this.#repeater.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#repeater.stop();
  }

  /**
   * Looks through all files, unless another node does or has done so today.
   * @throws Unavailable when Redis or the store does not answer
   * @throws JournalCorrupt when a room cannot be read; JournalAhead when this version cannot
   */
  async sweep(): Promise<void> {
    const { nodeId, redis, store } = this.#deps;
    const key = fileSweepKey(store.id);
    const claim = await redis.run('claim the search for files without a room', () =>
      redis.keep(key, 'SET', nodeId, 'PX', CLAIM_MS, 'NX'),
    );
    if (claim === null) return;
    // First the folders, then the rooms: a room is in the journal before it has files.
    const folders = (await store.folders()).filter((name) => FOLDER.test(name));
    const rest = folders.length === 0 ? new Set<string>() : await this.#withoutRoom(folders);
    if (rest === null) return;
    await this.#settle(rest);
    await redis.run('note that the files were looked through', () => redis.keep(key, 'SET', nodeId, 'PX', DAY_MS));
  }

  /** Returns the folders that no room has; null if that cannot be told. */
  async #withoutRoom(folders: readonly string[]): Promise<Set<string> | null> {
    const { redis, store } = this.#deps;
    const rest = new Set(folders);
    let rooms = 0;
    for await (const keys of scanJournals(redis)) {
      for (const member of keys.map(roomMemberOf)) {
        if (this.#stopped) return null;
        rooms += 1;
        rest.delete(await this.#folderOf(unescapeId(member)));
        await redis.run('go on with the files', () => redis.client.pexpire(fileSweepKey(store.id), CLAIM_MS));
      }
      if (rest.size === 0) return rest;
    }
    return rooms === 0 ? null : rest;
  }

  async #folderOf(roomId: RoomId): Promise<string> {
    const { journal } = this.#deps;
    const { position, state } = await restore(journal, roomId);
    // It throws if a newer version wrote what follows: the room may be another one by now.
    await journal.read(roomId, position.version, 1);
    return folderOf(roomId, state.createdAt);
  }

  async #settle(withoutRoom: ReadonlySet<string>): Promise<void> {
    const { logger, redis, retentionMs, store, time } = this.#deps;
    const key = orphanedFoldersKey(store.id);
    const known = await redis.runRepeatable('read which folders had no room', () => redis.client.hgetall(key));
    const now = time.now();
    const ended = Object.keys(known).filter((folder) => !withoutRoom.has(folder));
    for (const folder of withoutRoom) {
      const since = known[folder];
      if (since === undefined) {
        await redis.run('note a folder without a room', () => redis.client.hset(key, folder, now));
        logger.warn({ folder, store: store.id }, 'files have no room in Redis: they are removed if it stays so');
      } else if (now - Number(since) >= Math.max(retentionMs, DAY_MS)) {
        await store.removeFolder(folder);
        ended.push(folder);
        logger.warn({ folder, store: store.id }, 'files of a room that Redis lost were removed');
      }
    }
    if (ended.length > 0) {
      await redis.run('forget folders that have a room or are gone', () => redis.client.hdel(key, ...ended));
    }
  }
}
