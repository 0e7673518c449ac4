/** The most that shared notes may hold, in characters of base64. */
export const NOTES_LENGTH = 512 * 1_024;
/** The longest update, in characters of base64. */
export const NOTES_UPDATE_LENGTH = 64 * 1_024;
/** From so many updates on they are put together, if that is worth it. */
export const NOTES_UPDATES_KEPT = 100;
/** So many are put together however short they are. */
export const MOST_NOTES_UPDATES = 2_000;

/**
 * A page that everybody writes on at once. Updates are those of Yjs, in base64: they commute, and to apply one twice is
 * harmless.
 */
export interface Notes {
  /** How many updates there were. */
  readonly count: number;
  /** All updates but the last ones, put together; '' for none. Only servers keep it. */
  readonly base: string;
  /** The last ones, oldest first. Only servers keep them. */
  readonly updates: readonly string[];
}

export const NO_NOTES: Notes = { count: 0, base: '', updates: [] };

/** Returns what somebody lacks who has seen the first `seen` updates. */
export function updatesAfter({ count, base, updates }: Notes, seen: number): readonly string[] {
  const first = count - updates.length;
  if (seen >= first) return updates.slice(seen - first);
  return base === '' ? updates : [base, ...updates];
}

/** How much the notes hold, in characters of base64. */
export function lengthOf({ base, updates }: Notes): number {
  return updates.reduce((length, update) => length + update.length, base.length);
}

/**
 * Returns whether the updates are to be put together now. The result replaces all of the base, so a few short updates
 * wait until they are worth that: otherwise somebody could make the room write its notes again and again.
 */
export function shouldPutTogether(notes: Notes): boolean {
  const { base, updates } = notes;
  if (updates.length < NOTES_UPDATES_KEPT) return false;
  return updates.length >= MOST_NOTES_UPDATES || lengthOf({ ...notes, base: '' }) >= base.length / 4;
}
