import type { Commit } from '../../../core/room/commit.ts';
import type { ParticipantId } from '../../../core/room/state.ts';
import type { Problem } from '../problems.ts';

/** Checks that nobody of `participants` ever left the room, or had to join it again, by the journal [R1]. */
export function lostPlaces(commits: readonly Commit[], participants: ReadonlySet<ParticipantId>): Problem[] {
  return commits.flatMap(({ version, at, events }) =>
    events.flatMap((event) => {
      if (event.type !== 'ParticipantGone' || !participants.has(event.participantId)) return [];
      const { participantId: who, departure } = event;
      const what = `[R1] ${who} lost the place in the room (${departure}, version ${version})`;
      return [{ what, round: null, who, evidence: { kind: 'lostPlace', version, at } as const }];
    }),
  );
}
