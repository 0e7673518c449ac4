import { STEADY_MS } from './steadySpeaker.ts';

export interface Arrangement {
  /** The people who are there, in the order of joining. */
  readonly present: readonly string[];
  /** The order shown before: people keep their places as long as they can. */
  readonly previous: readonly string[];
  /** Loudest first. */
  readonly speaking: readonly string[];
  /** When each was last heard (ms); whoever was never heard is missing. */
  readonly lastSpokeAt: ReadonlyMap<string, number>;
  /** By the same clock. */
  readonly now: number;
  /** This tile never gives its place to a speaker. */
  readonly keptId: string;
  /** Whoever is shown outside of the pages, or not at all: their tiles keep their place in the order. */
  readonly elsewhere: ReadonlySet<string>;
  /** How many of the people fit on a page. */
  readonly pageSize: number;
  /** The page that is looked at, from 0: on a later one nothing moves, since its tiles are seen. */
  readonly page: number;
}

/**
 * Returns the order of tiles. Newcomers come last; a speaker from a later page takes the place of the person on the
 * first page who has been silent longest, so that speakers are seen and nobody else moves. Tiles that are seen never
 * change places with each other.
 */
export function arrangeTiles(arrangement: Arrangement): string[] {
  const { present, previous, speaking, elsewhere, pageSize, page } = arrangement;
  const there = new Set(present);
  const known = new Set(previous);
  const order = [...previous.filter((id) => there.has(id)), ...present.filter((id) => !known.has(id))];
  const paged = order.filter((id) => !elsewhere.has(id));
  if (paged.length <= pageSize || page > 0) return order;

  const seen = new Set(paged.slice(0, pageSize));
  for (const speaker of speaking) {
    if (seen.has(speaker) || !paged.includes(speaker)) continue;
    const displaced = quietest(seen, arrangement);
    if (displaced === null) break;
    const [from, to] = [order.indexOf(speaker), order.indexOf(displaced)];
    order[to] = speaker;
    order[from] = displaced;
    seen.delete(displaced);
    seen.add(speaker);
  }
  return order;
}

/** Returns who has been silent longest, the last of equals; null if everybody must stay. */
function quietest(seen: ReadonlySet<string>, { speaking, lastSpokeAt, now, keptId }: Arrangement): string | null {
  let found: string | null = null;
  let since = now - STEADY_MS;
  for (const id of seen) {
    if (id === keptId || speaking.includes(id)) continue;
    const at = lastSpokeAt.get(id) ?? 0;
    if (at <= since) {
      found = id;
      since = at;
    }
  }
  return found;
}
