import { readFileSync } from 'node:fs';
import {
  type AppendOutcome,
  type Journal,
  JournalCorrupt,
  type Logger,
  type Snapshot,
  Unavailable,
} from '../../core/ports.ts';
import { type Commit, ORIGIN, type Position } from '../../core/room/commit.ts';
import type { RoomId } from '../../core/room/state.ts';
import { feedChannel, journalKey, snapshotKey } from '../keys.ts';
import { defineScript, type RedisConnection } from '../RedisConnection.ts';
import { decodeState, encodeState } from '../snapshots.ts';
import { assertChained } from './chain.ts';
import { decodeCommit, encodeCommit, toCommit } from './codec.ts';
import { type Durability, ReplicaBarrier } from './durability.ts';
import type { Feed } from './Feed.ts';

const APPEND = readFileSync(new URL('./append.lua', import.meta.url), 'utf8');
const SAVE_SNAPSHOT = readFileSync(new URL('./saveSnapshot.lua', import.meta.url), 'utf8');

/** The most missed commits in one answer; the rest is read by range. */
const MISSED_IN_ANSWER = 100;
const PAGE = 1_000;

/** Keeps the journal of each room in a Redis stream. */
export class RedisJournal implements Journal {
  readonly #redis: RedisConnection;
  readonly #feed: Feed;
  readonly #replicas: ReplicaBarrier | null;
  readonly #logger: Logger;
  readonly #append: ReturnType<typeof defineScript>;
  readonly #saveSnapshot: ReturnType<typeof defineScript>;

  constructor(redis: RedisConnection, feed: Feed, durability: Durability, logger: Logger) {
    this.#redis = redis;
    this.#feed = feed;
    this.#replicas = durability.mode === 'replica' ? new ReplicaBarrier(redis, durability.replicas) : null;
    this.#logger = logger;
    this.#append = defineScript(redis.client, 'everroomAppend', APPEND, 2);
    this.#saveSnapshot = defineScript(redis.client, 'everroomSaveSnapshot', SAVE_SNAPSHOT, 2);
  }

  async append(roomId: RoomId, commits: readonly Commit[], after: Position): Promise<AppendOutcome> {
    assertChained(commits, after);
    const args = commits.map(encodeCommit).flatMap(({ commitId, record }) => [commitId, record]);
    const keys = [journalKey(roomId), feedChannel(roomId)];
    const reached = this.#replicas?.begin();
    const answer = await this.#redis.run('append to the journal', () =>
      this.#append(...keys, after.version, after.commitId, MISSED_IN_ANSWER, ...args),
    );
    const [outcome, version, rest] = toArray(answer);
    switch (outcome) {
      case 'appended':
        await reached?.();
        return { type: 'appended' };
      case 'behind':
        return { type: 'behind', missed: await this.#missed(roomId, Number(version), parseEntries(roomId, rest)) };
      case 'diverged':
        return { type: 'diverged', journal: { version: Number(version), commitId: String(rest) } };
      default:
        throw new Error(`append.lua answered ${JSON.stringify(answer)}`);
    }
  }

  async read(roomId: RoomId, afterVersion: number, limit: number): Promise<readonly Commit[]> {
    const key = journalKey(roomId);
    const entries = await this.#redis.runRepeatable('read the journal', () =>
      this.#redis.client.xrange(key, `${afterVersion + 1}-0`, '+', 'COUNT', limit),
    );
    return parseEntries(roomId, entries);
  }

  async position(roomId: RoomId): Promise<Position> {
    const key = journalKey(roomId);
    const [newest] = await this.#redis.runRepeatable('ask where the journal stands', () =>
      this.#redis.client.xrevrange(key, '+', '-', 'COUNT', 1),
    );
    if (!newest) return ORIGIN;
    const { version, commitId } = parseEntry(roomId, newest);
    return { version, commitId };
  }

  async follow(
    roomId: RoomId,
    onCommits: (commits: readonly Commit[]) => void,
    onGap: () => void,
  ): Promise<() => void> {
    return this.#feed.follow(feedChannel(roomId), {
      onMessage: (message) => {
        const commits = this.#parseMessage(roomId, message);
        if (commits) onCommits(commits);
        else onGap();
      },
      onGap,
    });
  }

  async loadSnapshot(roomId: RoomId): Promise<Snapshot | null> {
    const key = snapshotKey(roomId);
    const [version, commitId, data] = await this.#redis.runRepeatable('load the snapshot', () =>
      this.#redis.client.hmgetBuffer(key, 'version', 'commit', 'data'),
    );
    if (!version || !commitId || !data) return null;
    const state = await decodeState(data);
    return state && { position: { version: Number(version), commitId: commitId.toString() }, state };
  }

  async saveSnapshot(roomId: RoomId, { position, state }: Snapshot): Promise<void> {
    const data = await encodeState(state);
    await this.#redis.run('save the snapshot', () =>
      this.#saveSnapshot(snapshotKey(roomId), journalKey(roomId), position.version, position.commitId, data),
    );
  }

  get available(): boolean {
    return this.#redis.availability.available;
  }

  onAvailability(listener: (available: boolean) => void): () => void {
    return this.#redis.availability.onChange(listener);
  }

  /** Reads by range what the answer had no room for, up to the version at which the journal stood. */
  async #missed(roomId: RoomId, version: number, carried: Commit[]): Promise<Commit[]> {
    const missed = carried;
    for (let last = missed.at(-1); last && last.version < version; last = missed.at(-1)) {
      const page = await this.read(roomId, last.version, PAGE);
      if (page.length === 0)
        throw new Unavailable('journal', 'The journal lost commits while they were read: ask again');
      missed.push(...page);
    }
    return missed;
  }

  #parseMessage(roomId: RoomId, message: string): Commit[] | null {
    try {
      return toArray(JSON.parse(message)).map((item) => {
        const [version, commitId, prev, record] = toArray(item);
        return toCommit(roomId, toPlace(roomId, version, commitId, prev), record);
      });
    } catch (error) {
      // A bad commit shows again when it is read from the journal.
      this.#logger.warn({ roomId, err: error }, 'a pushed commit cannot be read; reading the journal instead');
      return null;
    }
  }
}

function parseEntries(roomId: RoomId, entries: unknown): Commit[] {
  return toArray(entries).map((entry) => parseEntry(roomId, entry));
}

/** An entry as append.lua writes it: ['VERSION-0', ['commit', id, 'prev', id, 'record', json]]. */
function parseEntry(roomId: RoomId, entry: unknown): Commit {
  const [id, fields] = toArray(entry);
  const version = /^(\d+)-0$/.exec(String(id))?.[1];
  const [commit, commitId, prev, prevId, recordField, record] = toArray(fields);
  if (commit !== 'commit' || prev !== 'prev' || recordField !== 'record' || typeof record !== 'string') {
    throw new JournalCorrupt(roomId, Number(version), `the entry ${String(id)} was not written by Everroom`);
  }
  return decodeCommit(roomId, { ...toPlace(roomId, Number(version), commitId, prevId), record });
}

function toPlace(roomId: RoomId, version: unknown, commitId: unknown, prev: unknown) {
  if (typeof version === 'number' && version > 0 && typeof commitId === 'string' && typeof prev === 'string') {
    return { version, commitId, prev };
  }
  throw new JournalCorrupt(roomId, Number(version), 'the commit has no place in the chain');
}

function toArray(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`Redis answered ${JSON.stringify(value)} where an array belongs`);
  return value;
}
