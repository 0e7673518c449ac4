import { JournalAhead, JournalCorrupt } from '../../core/ports.ts';
import type { Commit } from '../../core/room/commit.ts';
import type { RoomEvent } from '../../core/room/events.ts';
import type { RoomId } from '../../core/room/state.ts';
import { FromNewerVersion, shapeToWrite, upcast } from './upcast.ts';

/** A stored commit: its place in the chain, and the rest as JSON. */
export interface StoredCommit {
  readonly version: number;
  readonly commitId: string;
  readonly prev: string;
  /** JSON of `{ commandId, actor, at, events }`. */
  readonly record: string;
}

export function encodeCommit(commit: Commit): StoredCommit {
  const { version, commitId, prev, commandId, actor, at, events } = commit;
  return { version, commitId, prev, record: JSON.stringify({ commandId, actor, at, events: events.map(withShape) }) };
}

/**
 * Decodes commits in order.
 * @throws JournalAhead with the commits before the first one that a newer version wrote
 * @throws JournalCorrupt when a record does not come from `encodeCommit`
 */
export function decodeCommits<Stored>(stored: readonly Stored[], decode: (stored: Stored) => Commit): Commit[] {
  const commits: Commit[] = [];
  for (const one of stored) {
    try {
      commits.push(decode(one));
    } catch (error) {
      if (!(error instanceof JournalAhead)) throw error;
      throw new JournalAhead(error.roomId, error.version, commits, { cause: error.cause });
    }
  }
  return commits;
}

/** @throws JournalCorrupt (JournalAhead from a newer version) when `encodeCommit` of this version did not write it */
export function decodeCommit(roomId: RoomId, stored: StoredCommit): Commit {
  let record: unknown;
  try {
    record = JSON.parse(stored.record);
  } catch (cause) {
    throw new JournalCorrupt(roomId, stored.version, 'the record is not JSON', { cause });
  }
  return toCommit(roomId, stored, record);
}

/** The same for a parsed record, which the feed carries. */
export function toCommit(roomId: RoomId, place: Omit<StoredCommit, 'record'>, record: unknown): Commit {
  const { version, commitId, prev } = place;
  try {
    const { commandId, actor, at, events } = readRecord(record);
    return { version, commitId, prev, commandId, actor, at, events };
  } catch (cause) {
    if (cause instanceof FromNewerVersion) throw new JournalAhead(roomId, version, [], { cause });
    throw new JournalCorrupt(roomId, version, 'the commit cannot be read', { cause });
  }
}

function withShape(event: RoomEvent): RoomEvent | (RoomEvent & { shape: number }) {
  const shape = shapeToWrite(event.type);
  return shape === undefined ? event : { ...event, shape };
}

function readRecord(record: unknown): Pick<Commit, 'commandId' | 'actor' | 'at' | 'events'> {
  if (typeof record !== 'object' || record === null) throw new TypeError('the record is not an object');
  const { commandId, actor, at, events } = record as Record<string, unknown>;
  if (typeof commandId !== 'string') throw new TypeError('commandId is not a string');
  if (typeof at !== 'number') throw new TypeError('at is not a number');
  if (!Array.isArray(events)) throw new TypeError('events is not an array');
  // Only `encodeCommit` writes the journal: after the upcast an event has the shape of its type.
  return {
    commandId,
    actor: parseActor(actor),
    at,
    events: events.map(upcast).filter((event) => event !== null) as unknown as RoomEvent[],
  };
}

function parseActor(actor: unknown): Commit['actor'] {
  if (typeof actor !== 'object' || actor === null) throw new TypeError('actor is not an object');
  const { kind, participantId, session, nodeId } = actor as Record<string, unknown>;
  if (kind === 'participant' && typeof participantId === 'string' && typeof session === 'number') {
    return { kind, participantId, session };
  }
  if (kind === 'node' && typeof nodeId === 'string') return { kind, nodeId };
  if (kind === 'operator') return { kind };
  throw new TypeError(`the actor ${JSON.stringify(actor)} is unknown`);
}
