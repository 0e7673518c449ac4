/** Breakout rooms of one room at a time. */
export const MAX_BREAKOUTS = 50;
/** The longest time for which breakout rooms are open at a stretch. */
export const LONGEST_BREAKOUTS_MS = 24 * 60 * 60 * 1_000;

/** A room of its own, with its own journal, chat and media. */
export interface BreakoutRoom {
  readonly id: string;
  readonly name: string;
}

/** Where somebody of the main room belongs while breakout rooms are open. */
export interface BreakoutPlace {
  readonly participantId: string;
  /** Where hosts want them; null: nowhere in particular. */
  readonly assigned: string | null;
  /** Where they are; null in the main room. */
  readonly inside: string | null;
}

/** The breakout rooms that are open. */
export interface Breakouts {
  /** Another one each time that they are opened. */
  readonly id: string;
  readonly rooms: readonly BreakoutRoom[];
  /** Whether everybody chooses a room. */
  readonly free: boolean;
  readonly openedAt: number;
  /** When they end by themselves (ms since the epoch); null: when a host ends them. */
  readonly endsAt: number | null;
  /** Of everybody who is assigned or inside; others are in the main room and wait. */
  readonly places: ReadonlyMap<string, BreakoutPlace>;
}

/** What a breakout room knows of where it belongs. */
export interface BreakoutOf {
  readonly roomId: string;
  /** `Breakouts.id` at the time when it was made. */
  readonly breakoutsId: string;
}

/** The place of somebody without one. */
export function placeOf(participantId: string, breakouts: Breakouts | null): BreakoutPlace {
  return breakouts?.places.get(participantId) ?? { participantId, assigned: null, inside: null };
}
