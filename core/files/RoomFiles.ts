import { createHash } from 'node:crypto';
import type { Clock, Logger, NodeInfo } from '../ports.ts';
import type { Commit } from '../room/commit.ts';
import { filesGone, sharedFiles } from '../room/files.ts';
import type { FileId, RoomId, RoomState } from '../room/state.ts';
import type { FilePlace, FileStore } from './FileStore.ts';
import { UNSHARED_MS } from './UploadsBegun.ts';

const TIDY_EVERY_MS = 3_600_000;

interface RoomFilesDeps {
  readonly store: FileStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/**
 * Keeps the store in step with the rooms: the content of a file goes when its message does, and with the room. Every
 * node that has the room open does so; what a dying node leaves is found later by `tidy`.
 */
export class RoomFiles {
  readonly store: FileStore;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #logger: Logger;
  readonly #tidiedAt = new Map<RoomId, number>();

  constructor({ store, clock, logger }: RoomFilesDeps) {
    this.store = store;
    this.#clock = clock;
    this.#logger = logger;
  }

  placeOf(roomId: RoomId, { createdAt }: Pick<RoomState, 'createdAt'>, fileId: FileId): FilePlace {
    return { folder: folderOf(roomId, createdAt), fileId };
  }

  /** Removes what nobody can see any more. */
  committed(roomId: RoomId, commit: Commit, before: RoomState, after: RoomState): void {
    if (before.createdAt !== after.createdAt && before.status !== 'absent') {
      this.#quietly(roomId, this.removeRoom(roomId, before.createdAt));
      return;
    }
    for (const fileId of filesGone(commit, before, after)) {
      this.#quietly(roomId, this.store.remove(this.placeOf(roomId, before, fileId)));
    }
  }

  /** Removes all files of a life of a room. */
  removeRoom(roomId: RoomId, createdAt: number): Promise<void> {
    return this.store.removeFolder(folderOf(roomId, createdAt));
  }

  /** Removes uploads that nobody shared, and what a dying node could not remove; once an hour, however often called. */
  tidy(roomId: RoomId, state: RoomState): void {
    const now = this.#clock.now();
    if (state.status !== 'open' || now - (this.#tidiedAt.get(roomId) ?? 0) < TIDY_EVERY_MS) return;
    this.#tidiedAt.set(roomId, now);
    this.#quietly(roomId, this.#tidy(roomId, state, now));
  }

  /** The room is not open here any more. */
  closed(roomId: RoomId): void {
    this.#tidiedAt.delete(roomId);
  }

  async #tidy(roomId: RoomId, state: RoomState, now: number): Promise<void> {
    const folder = folderOf(roomId, state.createdAt);
    const shared = new Set(sharedFiles(state).map(({ id }) => id));
    for (const { fileId, begunAt } of await this.store.list(folder)) {
      if (!shared.has(fileId) && now - begunAt > UNSHARED_MS) await this.store.remove({ folder, fileId });
    }
  }

  #quietly(roomId: RoomId, work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.#logger.warn({ err: error, roomId }, 'a file could not be removed: it goes with its room'),
    );
  }
}

/** Returns the names of the nodes that keep files elsewhere: people there cannot read what is shared here. */
export function nodesWithOtherFiles(own: NodeInfo, nodes: readonly NodeInfo[]): string[] {
  const others = nodes.filter(({ filesAt, nodeId }) => nodeId !== own.nodeId && filesAt !== null);
  return [...new Set(others.filter(({ filesAt }) => filesAt !== own.filesAt).map(({ name }) => name))];
}

/** A room that is created again does not find the files of its former life. Names of rooms stay out of the store. */
export function folderOf(roomId: RoomId, createdAt: number): string {
  return createHash('sha256').update(`${createdAt} ${roomId}`).digest('hex').slice(0, 32);
}
