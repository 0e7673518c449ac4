import { assignedAtRandom, type Breakouts, MAX_BREAKOUTS, type NewBreakouts } from '../../../client/index.ts';

export type { NewBreakouts };
export { assignedAtRandom, MAX_BREAKOUTS };

export interface BreakoutPerson {
  readonly id: string;
  readonly name: string;
  /** Whether they are in the room to which they belong, or still on the way. */
  readonly inside: boolean;
}

/** The breakout rooms that are open, as the page shows them in the main room and in each of them. */
export interface BreakoutsView {
  readonly id: string;
  readonly free: boolean;
  /** By the clock of this device; null: when a host ends them. */
  readonly endsAt: number | null;
  readonly rooms: readonly { readonly id: string; readonly name: string; readonly people: readonly BreakoutPerson[] }[];
  /** Who is in the main room and belongs in none of them. */
  readonly waiting: readonly BreakoutPerson[];
  /** Where this person belongs; null for nowhere in particular. */
  readonly assigned: string | null;
  /** The breakout room that the page shows; null for the main room. */
  readonly place: string | null;
  /** The page is on its way. */
  readonly moving: boolean;
}

export interface BreakoutActions {
  open(breakouts: NewBreakouts): Promise<void>;
  /** Adds to their time. */
  prolong(byMs: number): Promise<void>;
  end(): Promise<void>;
  /** Null: in the main room. */
  assign(participantId: string, roomId: string | null): Promise<void>;
  /** Tells everybody, wherever they are. */
  announce(text: string): Promise<void>;
  /** Takes the page there; it says what went wrong. */
  enter(roomId: string): void;
  leave(): void;
}

interface People {
  readonly selfId: string;
  readonly people: readonly { readonly id: string; readonly name: string }[];
}

/** `offsetMs`: by how much this device's clock is ahead of the servers'. */
export function viewOf(
  breakouts: Breakouts,
  { selfId, people }: People,
  { place, moving, offsetMs }: Pick<BreakoutsView, 'place' | 'moving'> & { readonly offsetMs: number },
): BreakoutsView {
  const { id, free, endsAt, places } = breakouts;
  const peopleOf = (roomId: string | null) =>
    people
      .filter((person) => whereIs(person.id, breakouts) === roomId)
      .map(({ id, name }) => ({ id, name, inside: places.get(id)?.inside === roomId }));
  return {
    id,
    free,
    endsAt: endsAt === null ? null : endsAt + offsetMs,
    rooms: breakouts.rooms.map(({ id, name }) => ({ id, name, people: peopleOf(id) })),
    waiting: peopleOf(null),
    assigned: places.get(selfId)?.assigned ?? null,
    place,
    moving,
  };
}

/** Where somebody is, or else where they belong. */
function whereIs(participantId: string, { places }: Breakouts): string | null {
  const place = places.get(participantId);
  return place?.inside ?? place?.assigned ?? null;
}

/** What hosts wanted of the page's person when it looked last. */
export interface Assignment {
  readonly breakoutsId: string | null;
  readonly assigned: string | null;
}

/** Where the page is to be. */
export interface Aim extends Assignment {
  readonly target: string | null;
}

export const AT_MAIN: Aim = { breakoutsId: null, assigned: null, target: null };

/** `seen`: what the page had done before it was reloaded; whoever is inside by the record goes back there. */
export function aimAfterReload(breakouts: Breakouts | null, selfId: string, seen: Assignment): Aim {
  if (breakouts === null || breakouts.id !== seen.breakoutsId) return AT_MAIN;
  return { ...seen, target: breakouts.places.get(selfId)?.inside ?? null };
}

/**
 * Follows the hosts: to another room when they assign it, back when the breakouts end. In between people go where they
 * like. Whoever is inside by the record goes back there.
 */
export function aimAt(breakouts: Breakouts | null, selfId: string, before: Aim): Aim {
  if (breakouts === null) return AT_MAIN;
  const { assigned = null, inside = null } = breakouts.places.get(selfId) ?? {};
  const { id: breakoutsId } = breakouts;
  if (before.breakoutsId !== breakoutsId) return { breakoutsId, assigned, target: inside ?? assigned };
  return assigned === before.assigned ? before : { breakoutsId, assigned, target: assigned };
}
