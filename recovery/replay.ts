import { type Journal, JournalCorrupt } from '../core/ports.ts';
import { type Commit, ORIGIN, type Position } from '../core/room/commit.ts';
import { evolveCommits } from '../core/room/evolve.ts';
import { EMPTY_ROOM, type RoomId, type RoomState } from '../core/room/state.ts';
import { follows, positionOf } from './journal/chain.ts';

export interface Restored {
  readonly state: RoomState;
  readonly position: Position;
}

const PAGE = 1_000;

/**
 * Returns the room that its journal describes: the newest snapshot and the commits after it.
 * @throws Unavailable when the journal does not answer
 * @throws JournalCorrupt when a commit is missing or cannot be read
 */
export async function restore(journal: Journal, roomId: RoomId): Promise<Restored> {
  const snapshot = await journal.loadSnapshot(roomId);
  if (snapshot) {
    // The journal may have lost the snapshot's commit.
    const { version, commitId } = snapshot.position;
    const [at] = await journal.read(roomId, version - 1, 1);
    if (at && at.version === version && at.commitId === commitId) return replay(journal, roomId, snapshot);
  }
  return replay(journal, roomId, { state: EMPTY_ROOM, position: ORIGIN });
}

async function replay(journal: Journal, roomId: RoomId, from: Restored): Promise<Restored> {
  let { state, position } = from;
  let next = journal.read(roomId, position.version, PAGE);
  for (;;) {
    const page = await next;
    const last = page.at(-1);
    if (!last) return { state, position };
    // The next page loads while this one is applied. A failure appears where it is awaited.
    if (page.length === PAGE) {
      next = journal.read(roomId, last.version, PAGE);
      next.catch(() => undefined);
    }
    assertComplete(roomId, page, position);
    state = evolveCommits(state, page);
    position = positionOf(last);
    if (page.length < PAGE) return { state, position };
  }
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
