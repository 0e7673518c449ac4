import type { Journal } from '../ports.ts';
import type { Commit, Position } from '../room/commit.ts';
import type { RoomId } from '../room/state.ts';

/** A node uses these when the journal came back with less than it had acknowledged. */

const COMMITS_PER_APPEND = 64;
const COMMITS_PER_READ = 1_000;

/**
 * Appends `lost` again after `after`, where the journal ends. Other nodes may be doing the same. Returns false if
 * another node has appended other commits instead.
 * @throws Unavailable when the journal does not answer
 */
export async function putBack(
  journal: Journal,
  roomId: RoomId,
  lost: readonly Commit[],
  after: Position,
): Promise<boolean> {
  let end = after;
  let rest = lost;
  while (rest.length > 0) {
    const page = rest.slice(0, COMMITS_PER_APPEND);
    const outcome = await journal.append(roomId, page, end);
    if (outcome.type === 'diverged') return false;
    const there = outcome.type === 'appended' ? page : outcome.missed.slice(0, rest.length);
    const last = there.at(-1);
    if (!last || there.some(({ commitId }, index) => commitId !== rest[index]?.commitId)) return false;
    end = { version: last.version, commitId: last.commitId };
    rest = rest.slice(there.length);
  }
  return true;
}

/**
 * Returns those of `commits` (in order, without a gap) that are not in the journal. What it was trimmed of is not lost:
 * a snapshot stands for it.
 * @throws Unavailable when it does not answer
 */
export async function missingIn(
  journal: Journal,
  roomId: RoomId,
  commits: readonly Commit[],
): Promise<readonly Commit[]> {
  if (commits.length === 0) return [];
  const missing = new Map(commits.map((commit) => [commit.commitId, commit]));
  let from = (commits[0]?.version ?? 1) - 1;
  let trimmedTo: number | null = null;
  for (;;) {
    const page = await journal.read(roomId, from, COMMITS_PER_READ);
    const last = page.at(-1);
    trimmedTo ??= page[0]?.version ?? 0;
    for (const { commitId } of page) missing.delete(commitId);
    if (!last || page.length < COMMITS_PER_READ) break;
    from = last.version;
  }
  const begin = trimmedTo;
  return [...missing.values()].filter(({ version }) => version >= begin);
}
