import type { Commit } from '../../../core/room/commit.ts';
import type { ParticipantId, TrackId } from '../../../core/room/state.ts';
import { replayed } from '../journalOf.ts';
import type { Problem } from '../problems.ts';
import type { FactFindings } from './facts.ts';

/**
 * Checks that every acknowledged publication is in the journal once, and in the room that it leads to [J2] [J3].
 * `published`: the tracks of each who is still there.
 */
export function checkCrowd(
  published: ReadonlyMap<ParticipantId, readonly TrackId[]>,
  commits: readonly Commit[],
): FactFindings {
  const { participants } = replayed(commits);
  const times = new Map<TrackId, number>();
  for (const { events } of commits) {
    for (const event of events) {
      if (event.type === 'TrackPublished') times.set(event.trackId, (times.get(event.trackId) ?? 0) + 1);
    }
  }
  const findings = [...published].flatMap(([who, tracks]) =>
    tracks.flatMap((trackId) => {
      const isThere = participants.get(who)?.tracks.has(trackId) === true;
      const problems: Problem[] = [];
      if (!isThere) problems.push(problemOf('lost', who, trackId));
      if ((times.get(trackId) ?? 0) > 1) problems.push(problemOf('duplicated', who, trackId));
      return problems;
    }),
  );
  const count = (fault: 'lost' | 'duplicated'): number =>
    findings.filter(({ evidence }) => evidence.kind === 'fact' && evidence.fault === fault).length;
  return {
    acked: [...published.values()].reduce((sum, tracks) => sum + tracks.length, 0),
    lost: count('lost'),
    duplicated: count('duplicated'),
    reordered: 0,
    problems: findings,
  };
}

function problemOf(fault: 'lost' | 'duplicated', who: ParticipantId, trackId: TrackId): Problem {
  const what =
    fault === 'lost'
      ? `[J2] a track of ${who} was acknowledged and is not in the room`
      : `[J3] a track of ${who} was published more than once`;
  return { what, round: null, who, evidence: { kind: 'fact', fault, where: 'journal', key: trackId, deed: null } };
}
