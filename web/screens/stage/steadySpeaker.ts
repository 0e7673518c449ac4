/** Nobody who was made large gives the place up sooner. */
export const STEADY_MS = 2_000;

/** Who is shown as the speaker, and since when. */
export interface SteadySpeaker {
  readonly id: string | null;
  readonly since: number;
}

export const NOBODY: SteadySpeaker = { id: null, since: Number.NEGATIVE_INFINITY };

/**
 * Returns who is shown as the speaker now: the same person through pauses and while they speak, whoever is louder; the
 * loudest of the others once that person is silent and has been shown for a while. `speaking`: loudest first.
 */
export function steadySpeaker(
  before: SteadySpeaker,
  speaking: readonly string[],
  present: ReadonlySet<string>,
  now: number,
): SteadySpeaker {
  const next = speaking.find((id) => present.has(id));
  const stays = before.id !== null && present.has(before.id);
  if (!stays) return next === undefined ? (before.id === null ? before : NOBODY) : { id: next, since: now };
  if (next === undefined || speaking.includes(before.id ?? '')) return before;
  return now - before.since < STEADY_MS ? before : { id: next, since: now };
}

/** Returns the ms until somebody else may be shown, though nothing else happens; infinite if nobody waits for that. */
export function steadyForMs(
  held: SteadySpeaker,
  speaking: readonly string[],
  present: ReadonlySet<string>,
  now: number,
): number {
  const waits = speaking.some((id) => present.has(id)) && !speaking.includes(held.id ?? '');
  return waits ? Math.max(0, held.since + STEADY_MS - now) : Number.POSITIVE_INFINITY;
}
