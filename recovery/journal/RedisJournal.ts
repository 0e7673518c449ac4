import { readFileSync } from 'node:fs';
import {
  type AppendOutcome,
  type Journal,
  JournalAhead,
  JournalCorrupt,
  JournalFull,
  type KeptTail,
  type Logger,
  RECENT_TAIL,
  RoomFull,
  type Snapshot,
  Unavailable,
  type WriteLimit,
} from '../../core/ports.ts';
import { type Commit, ORIGIN, type Position } from '../../core/room/commit.ts';
import type { RoomId } from '../../core/room/state.ts';
import { feedChannel, journalKey, snapshotKey } from '../keys.ts';
import { defineScript, type RedisConnection } from '../RedisConnection.ts';
import { isUnknownReply, meansFull } from '../redisFailure.ts';
import { decodeState, encodeState, isOfNewerVersion } from '../snapshots.ts';
import { assertChained } from './chain.ts';
import { decodeCommit, decodeCommits, encodeCommit, type StoredCommit, toCommit } from './codec.ts';
import { type Durability, ReplicaBarrier } from './durability.ts';
import type { Feed } from './Feed.ts';
import { FeedPublisher, LOOK } from './FeedPublisher.ts';

const APPEND = readFileSync(new URL('./append.lua', import.meta.url), 'utf8');
const FORGET_ROOM = readFileSync(new URL('./forgetRoom.lua', import.meta.url), 'utf8');
const SAVE_SNAPSHOT = readFileSync(new URL('./saveSnapshot.lua', import.meta.url), 'utf8');

/** The most missed commits in one answer; the rest is read by range. */
const MISSED_IN_ANSWER = 100;
const PAGE = 1_000;
/** How long something of a deleted room stays. */
const FORGOTTEN_MS = 3_600_000;
/** The same unknown answer is logged again after this time. */
const UNKNOWN_AGAIN_MS = 10_000;

/**
 * Keeps the journal of each room in a Redis stream. With durability `replica`, the replicas have whatever it answers
 * and pushes: no answer and no push tells of a commit that a fail-over could still undo.
 */
export class RedisJournal implements Journal {
  readonly #redis: RedisConnection;
  readonly #feed: Feed;
  readonly #replicas: ReplicaBarrier | null;
  readonly #publisher: FeedPublisher;
  #unknown: { readonly message: string; readonly at: number } | null = null;
  readonly #logger: Logger;
  readonly #append: ReturnType<typeof defineScript>;
  readonly #appendEvenIfFull: ReturnType<typeof defineScript>;
  readonly #saveSnapshot: ReturnType<typeof defineScript>;
  readonly #forgetRoom: ReturnType<typeof defineScript>;

  constructor(redis: RedisConnection, feed: Feed, durability: Durability, logger: Logger) {
    this.#redis = redis;
    this.#feed = feed;
    this.#replicas = durability.mode === 'replica' ? new ReplicaBarrier(redis, durability.replicas) : null;
    this.#publisher = new FeedPublisher(redis);
    this.#logger = logger;
    this.#append = defineScript(redis.client, 'everroomAppend', APPEND, 3);
    this.#appendEvenIfFull = defineScript(
      redis.client,
      'everroomAppendEvenIfFull',
      `#!lua flags=allow-oom\n${APPEND}`,
      3,
    );
    this.#forgetRoom = defineScript(redis.client, 'everroomForgetRoom', FORGET_ROOM, 2);
    this.#saveSnapshot = defineScript(redis.client, 'everroomSaveSnapshot', SAVE_SNAPSHOT, 2);
  }

  async append(
    roomId: RoomId,
    commits: readonly Commit[],
    after: Position,
    limit?: WriteLimit,
  ): Promise<AppendOutcome> {
    assertChained(commits, after);
    const stored = commits.map(encodeCommit);
    if (!this.#replicas) return this.#appendStored(roomId, stored, after, limit, 'publish');
    const channel = feedChannel(roomId);
    try {
      const outcome = await this.#appendStored(roomId, stored, after, limit, 'quiet');
      if (outcome.type === 'appended') this.#publisher.publish(channel, feedMessage(stored));
      return outcome;
    } catch (error) {
      this.#publisher.oweLook(channel);
      throw error;
    }
  }

  async #appendStored(
    roomId: RoomId,
    stored: readonly StoredCommit[],
    after: Position,
    limit: WriteLimit | undefined,
    publish: 'publish' | 'quiet',
  ): Promise<AppendOutcome> {
    const script = limit === 'reserve' ? this.#appendEvenIfFull : this.#append;
    const most = typeof limit === 'number' && Number.isFinite(limit) ? limit : '';
    const args = stored.flatMap(({ commitId, record }) => [commitId, record]);
    const keys = [journalKey(roomId), feedChannel(roomId), snapshotKey(roomId)];
    const answer = await this.#ask('run', 'append to the journal', () =>
      script(...keys, after.version, after.commitId, MISSED_IN_ANSWER, publish, most, ...args),
    ).catch((error: unknown) => {
      throw error instanceof Unavailable && meansFull(error.cause)
        ? new JournalFull(undefined, { cause: error })
        : error;
    });
    const [outcome, version, rest] = answer;
    switch (outcome) {
      case 'appended':
        return { type: 'appended' };
      case 'behind':
        return { type: 'behind', missed: await this.#missed(roomId, Number(version), parseEntries(roomId, rest)) };
      case 'diverged':
        return { type: 'diverged', journal: { version: Number(version), commitId: String(rest) } };
      case 'full':
        throw new RoomFull(Number(version));
      default:
        throw this.#unknownAnswer('append to the journal', answer);
    }
  }

  async read(roomId: RoomId, afterVersion: number, limit: number): Promise<readonly Commit[]> {
    const key = journalKey(roomId);
    const entries = await this.#ask('runRepeatable', 'read the journal', () =>
      this.#redis.client.xrange(key, `${afterVersion + 1}-0`, '+', 'COUNT', limit),
    );
    return parseEntries(roomId, entries);
  }

  async position(roomId: RoomId): Promise<Position> {
    const key = journalKey(roomId);
    const [newest] = await this.#ask('runRepeatable', 'ask where the journal stands', () =>
      this.#redis.client.xrevrange(key, '+', '-', 'COUNT', 1),
    );
    if (!newest) return ORIGIN;
    const { version, commitId } = toStored(roomId, newest);
    return { version, commitId };
  }

  async follow(
    roomId: RoomId,
    onCommits: (commits: readonly Commit[]) => void,
    onGap: () => void,
  ): Promise<() => void> {
    return this.#feed.follow(feedChannel(roomId), {
      onMessage: (message) => {
        const commits = message === LOOK ? null : this.#parseMessage(roomId, message);
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
    if (isOfNewerVersion(data)) throw new JournalAhead(roomId, Number(version), []);
    const state = await decodeState(data);
    return state && { position: { version: Number(version), commitId: commitId.toString() }, state };
  }

  async saveSnapshot(roomId: RoomId, { position, state }: Snapshot, keep: KeptTail = RECENT_TAIL): Promise<void> {
    const { data, stateBytes } = await encodeState(state);
    const keys = [snapshotKey(roomId), journalKey(roomId)];
    const { version, commitId } = position;
    await this.#redis.run('save the snapshot', () =>
      this.#saveSnapshot(...keys, version, commitId, data, stateBytes, keep.commits, keep.bytes),
    );
  }

  async forgetRoom(roomId: RoomId, { position, state }: Snapshot): Promise<boolean> {
    const { data } = await encodeState(state);
    const keys = [snapshotKey(roomId), journalKey(roomId)];
    const { version, commitId } = position;
    const forgotten = await this.#redis.run('delete a closed room', () =>
      this.#forgetRoom(...keys, version, commitId, data, FORGOTTEN_MS),
    );
    return forgotten === 1;
  }

  get available(): boolean {
    return this.#redis.availability.available;
  }

  onAvailability(listener: (available: boolean) => void): () => void {
    return this.#redis.availability.onChange(listener);
  }

  /** Returns the answer once it is as durable as promised. */
  async #ask<Answer>(
    how: 'run' | 'runRepeatable',
    what: string,
    send: () => Promise<Answer>,
  ): Promise<Answer & unknown[]> {
    let replicated: (() => Promise<void>) | undefined;
    const ask = (): Promise<Answer> => {
      replicated = this.#replicas?.begin();
      return send();
    };
    const answer = await this.#redis[how](what, ask).catch((error: unknown) => {
      if (error instanceof Unavailable && isUnknownReply(error.cause)) this.#logUnknown(error);
      throw error;
    });
    if (!Array.isArray(answer)) throw this.#unknownAnswer(what, answer);
    await replicated?.();
    return answer;
  }

  /** Not a reason to close rooms: their media can go on, and another answer may be a good one. */
  #unknownAnswer(what: string, answer: unknown): Unavailable {
    const error = new Unavailable('redis', `Could not ${what}. Redis answered ${JSON.stringify(answer)}`);
    this.#logUnknown(error);
    return error;
  }

  #logUnknown(error: Unavailable): void {
    // Rooms ask again at once: one line is enough for a while.
    if (this.#unknown?.message === error.message && Date.now() - this.#unknown.at < UNKNOWN_AGAIN_MS) return;
    this.#unknown = { message: error.message, at: Date.now() };
    this.#logger.error({ err: error }, 'Redis answers a journal in a way that Everroom does not know');
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
      const level = error instanceof JournalAhead ? 'debug' : 'warn';
      this.#logger[level]({ roomId, err: error }, 'a pushed commit cannot be read; reading the journal instead');
      return null;
    }
  }
}

/** The message that append.lua publishes. */
function feedMessage(stored: readonly StoredCommit[]): string {
  const items = stored.map(
    ({ version, commitId, prev, record }) =>
      `[${version},${JSON.stringify(commitId)},${JSON.stringify(prev)},${record}]`,
  );
  return `[${items.join(',')}]`;
}

function parseEntries(roomId: RoomId, entries: unknown): Commit[] {
  return decodeCommits(toArray(entries), (entry) => decodeCommit(roomId, toStored(roomId, entry)));
}

/** An entry as append.lua writes it: ['VERSION-0', ['commit', id, 'prev', id, 'record', json]]. */
function toStored(roomId: RoomId, entry: unknown): StoredCommit {
  const [id, fields] = toArray(entry);
  const version = /^(\d+)-0$/.exec(String(id))?.[1];
  const [commit, commitId, prev, prevId, recordField, record] = toArray(fields);
  if (commit !== 'commit' || prev !== 'prev' || recordField !== 'record' || typeof record !== 'string') {
    throw new JournalCorrupt(roomId, Number(version), `the entry ${String(id)} was not written by Everroom`);
  }
  return { ...toPlace(roomId, Number(version), commitId, prevId), record };
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
