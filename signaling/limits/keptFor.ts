/**
 * Returns `make` with its last result kept for `keptMs`. Whoever asks while it is being made waits for that result; a
 * failure is not kept.
 */
export function keptFor<T>(keptMs: number, now: () => number, make: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | null = null;
  let until = 0;
  return () => {
    // A clock that was set back keeps nothing for long.
    if (kept && now() < until && until - now() <= keptMs) return kept;
    const made = make();
    kept = made;
    until = now() + keptMs;
    made.catch(() => {
      if (kept === made) kept = null;
    });
    return made;
  };
}
