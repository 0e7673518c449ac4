import type { ParticipantId } from '../room/state.ts';

/**
 * Ranks the candidates for the `n` places of last-N: last speakers first, then in the order of `candidates`. A viewer
 * does not count for itself. `n` is null in the result if all of them fit.
 */
export function lastN(
  candidates: readonly ParticipantId[],
  recentSpeakers: readonly ParticipantId[],
  n: number | null,
): RankedPublishers {
  if (n === null || candidates.length <= n) return { n: null, ranks: new Map() };
  const publishes = new Set(candidates);
  const ranked = new Set([...recentSpeakers.filter((id) => publishes.has(id)), ...candidates]);
  return { n, ranks: new Map([...ranked].map((id, rank) => [id, rank])) };
}

export interface RankedPublishers {
  /** Null if everybody has a place. */
  readonly n: number | null;
  readonly ranks: ReadonlyMap<ParticipantId, number>;
}

export function isAmongLastN(publisherId: ParticipantId, viewerId: ParticipantId, ranked: RankedPublishers): boolean {
  if (ranked.n === null) return true;
  const rank = ranked.ranks.get(publisherId) ?? Number.POSITIVE_INFINITY;
  const ownRank = ranked.ranks.get(viewerId) ?? Number.POSITIVE_INFINITY;
  return (ownRank < rank ? rank - 1 : rank) < ranked.n;
}
