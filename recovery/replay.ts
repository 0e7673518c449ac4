import { type Journal, JournalAhead, JournalCorrupt, type Snapshot } from '../core/ports.ts';
import { type Commit, ORIGIN, type Position } from '../core/room/commit.ts';
import { evolveCommits } from '../core/room/evolve.ts';
import { EMPTY_ROOM, type RoomId, type RoomState } from '../core/room/state.ts';
import { follows, positionOf } from './journal/chain.ts';

/** What a room is rebuilt from. */
type Readable = Pick<Journal, 'loadSnapshot' | 'read'>;

export interface Restored {
  readonly state: RoomState;
  readonly position: Position;
  /** The newest commits, in order: Redis can be given back what it loses, and clients what they missed. */
  readonly recent: readonly Commit[];
}

const PAGE = 1_000;
/** Of the commits before a snapshot, so many are read too. */
const RECENT = 300;

/**
 * Returns the room that its journal describes: the newest snapshot and the commits after it, as far as this version can
 * read them. `known`: what was read of it before; only what follows is read if the journal still holds its last commit.
 * @throws Unavailable when the journal does not answer
 * @throws JournalCorrupt when a commit is missing or cannot be read
 * @throws JournalAhead when nothing but a snapshot of a newer version is left of it
 */
export async function restore(journal: Readable, roomId: RoomId, known?: Restored): Promise<Restored> {
  const continued = known && (await goOnFrom(journal, roomId, known));
  if (continued) return continued;
  for (let tried: string | null = null; ; ) {
    const found = await readSnapshot(journal, roomId);
    const snapshot = found instanceof JournalAhead ? null : found;
    const restored = (snapshot && (await goOn(journal, roomId, snapshot))) ?? (await replayAll(journal, roomId));
    if (restored) return restored;
    if (found instanceof JournalAhead) throw found;
    // Another node may have saved a newer snapshot and trimmed the journal to it meanwhile.
    const at = snapshot?.position.commitId ?? '';
    if (tried === at) {
      throw new JournalCorrupt(roomId, 1, 'it is gone, and no snapshot that this version can read stands in its place');
    }
    tried = at;
  }
}

/** Returns null if the journal does not hold its last commit. */
async function goOnFrom(journal: Readable, roomId: RoomId, known: Restored): Promise<Restored | null> {
  const { version, commitId } = known.position;
  const page = version > 0 ? await readPage(journal, roomId, version - 1) : [];
  const isSame = page[0]?.version === version && page[0].commitId === commitId;
  return isSame ? replay(journal, roomId, known, page) : null;
}

/** Returns the error if a newer version wrote the snapshot: the journal may still have everything. */
async function readSnapshot(journal: Readable, roomId: RoomId): Promise<Snapshot | JournalAhead | null> {
  try {
    return await journal.loadSnapshot(roomId);
  } catch (error) {
    if (error instanceof JournalAhead) return error;
    throw error;
  }
}

/** Returns null if the journal lost the snapshot's commit, or was trimmed beyond it. */
async function goOn(journal: Readable, roomId: RoomId, snapshot: Snapshot): Promise<Restored | null> {
  const { version, commitId } = snapshot.position;
  const page = await readPage(journal, roomId, Math.max(0, version - RECENT));
  const known = page.filter((commit) => commit.version <= version);
  const at = known.at(-1);
  if (at?.version !== version || at.commitId !== commitId) return null;
  return replay(journal, roomId, { ...snapshot, recent: withoutGap(known) }, page);
}

async function replayAll(journal: Readable, roomId: RoomId): Promise<Restored | null> {
  const origin = { state: EMPTY_ROOM, position: ORIGIN, recent: [] };
  return replay(journal, roomId, origin, await readPage(journal, roomId, 0));
}

/**
 * `first`: a page that begins with the commit after `from`, or earlier. Returns null if the journal was trimmed of
 * commits that it needs.
 */
async function replay(
  journal: Readable,
  roomId: RoomId,
  from: Restored,
  first: readonly Commit[],
): Promise<Restored | null> {
  let { state, position, recent } = from;
  for (let page = first; ; ) {
    const last = page.at(-1);
    const { version } = position;
    const news = page.filter((commit) => commit.version > version);
    if (news[0] && news[0].version > version + 1) return null;
    // The next page loads while this one is applied. A failure appears where it is awaited.
    const next = last && page.length === PAGE ? readPage(journal, roomId, last.version) : null;
    next?.catch(() => undefined);
    assertComplete(roomId, news, position);
    state = evolveCommits(state, news);
    position = last ? positionOf(last) : position;
    recent = [...recent, ...news].slice(-PAGE);
    if (!next) return { state, position, recent };
    page = await next;
  }
}

/** Returns a page of commits; a shorter one ends where this version can read no further. */
async function readPage(journal: Readable, roomId: RoomId, afterVersion: number): Promise<readonly Commit[]> {
  try {
    return await journal.read(roomId, afterVersion, PAGE);
  } catch (error) {
    if (error instanceof JournalAhead) return error.before;
    throw error;
  }
}

/** Returns the newest of them, as far back as each follows the one before. */
function withoutGap(commits: readonly Commit[]): readonly Commit[] {
  const gap = commits.findLastIndex((commit, index) => {
    const before = commits[index - 1];
    return before !== undefined && !follows(commit, positionOf(before));
  });
  return commits.slice(Math.max(gap, 0));
}

function assertComplete(roomId: RoomId, commits: readonly Commit[], after: Position): void {
  let last = after;
  for (const commit of commits) {
    if (!follows(commit, last)) {
      throw new JournalCorrupt(
        roomId,
        commit.version,
        `it follows ${JSON.stringify(commit.prev)}, but version ${last.version} is ${JSON.stringify(last.commitId)}`,
      );
    }
    last = positionOf(commit);
  }
}
