/** The faults of a sequence that should hold certain keys, once each and in order. */
export interface SequenceFaults {
  readonly lost: string[];
  readonly duplicated: string[];
  readonly reordered: string[];
}

/**
 * Compares `found` with the keys it must hold (`expected`, in order) and may hold (`possible`, in order: the expected
 * ones and unanswered requests). A key that nobody asked for counts as duplicated: some request took effect once too
 * often.
 */
export function compareSequences(
  found: readonly string[],
  expected: readonly string[],
  possible: readonly string[] = expected,
): SequenceFaults {
  const present = new Set(found);
  const places = new Map(possible.map((key, place) => [key, place]));
  const seen = new Set<string>();
  const duplicated: string[] = [];
  const reordered: string[] = [];
  let furthest = -1;
  for (const key of found) {
    const place = places.get(key);
    if (place === undefined || seen.has(key)) {
      duplicated.push(key);
      continue;
    }
    seen.add(key);
    if (place < furthest) reordered.push(key);
    else furthest = place;
  }
  return { lost: expected.filter((key) => !present.has(key)), duplicated, reordered };
}
