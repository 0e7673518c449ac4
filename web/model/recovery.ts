/** A pause that is shorter is not mentioned: the picture holds. */
export const MARK_AFTER_MS = 300;
/** From then on words say what is going on. */
const WORDS_AFTER_MS = 3_000;

/** Somebody is cut off: since when, and until when the room keeps the place, by this browser's clock. */
export interface Absence {
  readonly since: number;
  /** Null while the room does not know yet that the person is away. */
  readonly until: number | null;
}

export interface AbsenceSign {
  readonly shows: 'nothing' | 'mark' | 'words';
  /** How long the place is kept, in whole seconds; null if that is not known, or the time is over. */
  readonly secondsLeft: number | null;
}

/** Returns what a tile says of an absence at this moment. */
export function signOf({ since, until }: Absence, now: number): AbsenceSign {
  const agoMs = now - since;
  const shows = agoMs < MARK_AFTER_MS ? 'nothing' : agoMs < WORDS_AFTER_MS ? 'mark' : 'words';
  const leftMs = until === null ? 0 : until - now;
  return { shows, secondsLeft: shows === 'words' && leftMs > 0 ? Math.ceil(leftMs / 1_000) : null };
}

/** Returns the ms until the sign is another one. */
export function nextSignMs({ since, until }: Absence, now: number): number {
  const agoMs = now - since;
  if (agoMs < MARK_AFTER_MS) return MARK_AFTER_MS - agoMs;
  if (agoMs < WORDS_AFTER_MS) return WORDS_AFTER_MS - agoMs;
  const leftMs = until === null ? 0 : until - now;
  return leftMs > 0 ? ((leftMs - 1) % 1_000) + 1 : Number.POSITIVE_INFINITY;
}

interface Presence {
  /** The room knows of a connection. */
  readonly connected: boolean;
  /** Nothing arrives of the person, and the room does not know yet. */
  readonly interrupted: boolean;
  /** When the room gives up the place, by the server's clock. */
  readonly expiresAt: number | null;
}

/**
 * Returns the absence of a person, `before` being what was known so far. The clocks of server and browser may differ:
 * the whole grace time runs from what was seen here, and only for somebody who was away already at first sight the
 * server's time counts, within the grace time.
 */
export function absenceOf(
  presence: Presence,
  before: Absence | null | undefined,
  graceMs: number,
  now: number,
): Absence | null {
  if (presence.connected && !presence.interrupted) return null;
  // Who is missed has been for longer than a pause that is not mentioned.
  const since = before?.since ?? (presence.interrupted ? now - MARK_AFTER_MS : now);
  if (presence.connected) return before?.until === null ? before : { since, until: null };
  if (before?.until != null) return before;
  const witnessed = before !== undefined;
  const left = witnessed || presence.expiresAt === null ? graceMs : presence.expiresAt - now;
  return { since, until: now + Math.min(graceMs, Math.max(0, left)) };
}
