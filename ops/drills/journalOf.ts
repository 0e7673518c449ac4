import type { Journal } from '../../core/ports.ts';
import type { Commit } from '../../core/room/commit.ts';
import { evolveCommits } from '../../core/room/evolve.ts';
import { EMPTY_ROOM, type RoomId, type RoomState } from '../../core/room/state.ts';

const PAGE = 1_000;

/** Every commit of a room, from the first. */
export async function readAll(journal: Journal, roomId: RoomId): Promise<Commit[]> {
  const commits: Commit[] = [];
  for (;;) {
    const page = await journal.read(roomId, commits.length, PAGE);
    commits.push(...page);
    if (page.length < PAGE) return commits;
  }
}

/** The room from its journal alone, without a snapshot. @throws Error if the chain of commits is broken [J4]. */
export function replayed(commits: readonly Commit[]): RoomState {
  let prev = '';
  commits.forEach((commit, index) => {
    if (commit.version !== index + 1 || commit.prev !== prev) {
      throw new Error(`the journal is broken: commit ${commit.version} stands where ${index + 1} after ${prev} should`);
    }
    prev = commit.commitId;
  });
  return evolveCommits(EMPTY_ROOM, commits);
}
