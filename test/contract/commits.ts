import { type Commit, ORIGIN, type Position } from '../../core/room/commit.ts';

let lastCommit = 0;

/** Returns commits that follow `after`, as one node would write them. */
export function commitsAfter(after: Position, count: number, text = 'hello', writer = 'w'): Commit[] {
  const commits: Commit[] = [];
  let last = after;
  for (let i = 0; i < count; i++) {
    const version = last.version + 1;
    const commit: Commit = {
      version,
      commitId: `${writer}-${version}-${++lastCommit}`,
      prev: last.commitId,
      commandId: `command-${writer}-${version}`,
      actor: { kind: 'participant', participantId: 'ann', session: 1 },
      at: 1_000 + version,
      events: [
        { type: 'ChatPosted', messageId: `m-${writer}-${version}`, participantId: 'ann', name: 'Ann', text, at: 1_000 },
      ],
    };
    commits.push(commit);
    last = positionOf(commit);
  }
  return commits;
}

export function positionOf(commit: Commit | undefined): Position {
  return commit ? { version: commit.version, commitId: commit.commitId } : ORIGIN;
}
