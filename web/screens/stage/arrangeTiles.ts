export interface Arrangement {
  /** The people who are there, in the order of joining. */
  readonly present: readonly string[];
  /** The order shown before: people keep their places as long as they can. */
  readonly previous: readonly string[];
  /** Loudest first. */
  readonly speaking: readonly string[];
  /** When each was last heard; whoever was never heard is missing. */
  readonly lastSpokeAt: ReadonlyMap<string, number>;
  /** This tile never gives its place to a speaker. */
  readonly keptId: string;
  readonly pageSize: number;
}

/**
 * Returns the order of tiles. Newcomers come last; a speaker from a later page takes the place of the person on the
 * first page who has been silent longest, so that speakers are seen and nobody else moves.
 */
export function arrangeTiles(arrangement: Arrangement): string[] {
  const { present, previous, speaking, lastSpokeAt, keptId, pageSize } = arrangement;
  const there = new Set(present);
  const known = new Set(previous);
  const order = [...previous.filter((id) => there.has(id)), ...present.filter((id) => !known.has(id))];
  if (order.length <= pageSize) return order;

  for (const speaker of speaking) {
    const from = order.indexOf(speaker);
    if (from < pageSize) continue; // Already seen, or not in the room any more.
    const to = quietest(order.slice(0, pageSize), speaking, lastSpokeAt, keptId);
    const displaced = order[to];
    if (displaced === undefined) break;
    order[to] = speaker;
    order[from] = displaced;
  }
  return order;
}

/** Returns the index of the one who has been silent longest, the last of equals; -1 if everybody must stay. */
function quietest(
  page: readonly string[],
  speaking: readonly string[],
  lastSpokeAt: ReadonlyMap<string, number>,
  keptId: string,
): number {
  let found = -1;
  let since = Number.POSITIVE_INFINITY;
  for (const [index, id] of page.entries()) {
    if (id === keptId || speaking.includes(id)) continue;
    const at = lastSpokeAt.get(id) ?? 0;
    if (at <= since) {
      found = index;
      since = at;
    }
  }
  return found;
}
