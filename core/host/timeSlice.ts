/** How long one room may hold the event loop before others get their turn; a single commit may take longer. */
const SLICE_MS = 8;

/** Begins a slice of time; the returned function tells whether it is over. `elapsed`: monotonic ms. */
export function timeSlice(elapsed: () => number): () => boolean {
  const endsAt = elapsed() + SLICE_MS;
  return () => elapsed() >= endsAt;
}

/** Resolves when whatever else is waiting had its turn. */
export function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
