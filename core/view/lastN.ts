import type { ParticipantId } from '../room/state.ts';

interface Candidate {
  readonly publisherId: ParticipantId;
  readonly track: { readonly muted: boolean };
}

/**
 * Ranks tracks for the places of last-N and loudest-N: those of the last speakers first, then in the order given. What
 * is muted comes last, since it needs no place.
 */
export function ranked<C extends Candidate>(
  candidates: readonly C[],
  recentSpeakers: readonly ParticipantId[],
): readonly C[] {
  if (candidates.length < 2) return candidates;
  const spoke = new Map(recentSpeakers.map((id, place) => [id, place]));
  const never = recentSpeakers.length;
  const placed = candidates.map((candidate, index) => ({
    candidate,
    index,
    muted: Number(candidate.track.muted),
    spoke: spoke.get(candidate.publisherId) ?? never,
  }));
  placed.sort((a, b) => a.muted - b.muted || a.spoke - b.spoke || a.index - b.index);
  return placed.map(({ candidate }) => candidate);
}

/** The first `n` of them, all if `n` is null, without those of the viewer. */
export function firstOf<C extends Candidate>(
  candidates: readonly C[],
  n: number | null,
  viewerId: ParticipantId,
): readonly C[] {
  const first: C[] = [];
  for (const candidate of candidates) {
    if (n !== null && first.length >= n) break;
    if (candidate.publisherId !== viewerId) first.push(candidate);
  }
  return first;
}
