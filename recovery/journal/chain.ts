import type { Commit, Position } from '../../core/room/commit.ts';

export function positionOf(commit: Commit): Position {
  return { version: commit.version, commitId: commit.commitId };
}

export function follows(commit: Commit, after: Position): boolean {
  return commit.version === after.version + 1 && commit.prev === after.commitId;
}

/** @throws Error when the commits do not follow `after`: a bug of the caller */
export function assertChained(commits: readonly Commit[], after: Position): void {
  if (commits.length === 0) throw new Error('There is nothing to append');
  let last = after;
  for (const commit of commits) {
    if (!follows(commit, last)) {
      throw new Error(
        `Commit ${commit.version} (${commit.commitId}) does not follow ${last.version} (${last.commitId})`,
      );
    }
    last = positionOf(commit);
  }
}
