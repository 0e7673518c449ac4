import type { ParticipantId } from '../room/state.ts';

/**
 * The `n` participants that this viewer's room spends media on: last speakers first, then in the order of `candidates`, the
 * viewer itself not counted. Null when all of them fit.
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
  /** Null: everybody is in. */
  readonly n: number | null;
  readonly ranks: ReadonlyMap<ParticipantId, number>;
}

export function isAmongLastN(publisherId: ParticipantId, viewerId: ParticipantId, ranked: RankedPublishers): boolean {
  if (ranked.n === null) return true;
  const rank = ranked.ranks.get(publisherId) ?? Number.POSITIVE_INFINITY;
  const ownRank = ranked.ranks.get(viewerId) ?? Number.POSITIVE_INFINITY;
  return (ownRank < rank ? rank - 1 : rank) < ranked.n;
}
