import type { Commit } from '../../core/room/commit.ts';
import { evolveCommits } from '../../core/room/evolve.ts';
import { EMPTY_ROOM, type RoomState } from '../../core/room/state.ts';

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
