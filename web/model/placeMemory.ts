import { z } from 'zod';
import { type Memory, readStored, store } from '../lib/storedJson.ts';

/** Where a person is in a meeting. */
export interface Place {
  /** The meeting's main room. */
  readonly roomId: string;
  /** The main room, or a breakout room of it. */
  readonly placeId: string;
}

const Draft = z.object({
  text: z.string(),
  /** The one person who is to read it; null for everybody. */
  to: z.object({ id: z.string(), name: z.string() }).nullable(),
  /** The message that it answers. */
  replyTo: z.string().nullable(),
});
/** A message that is not finished. */
export type Draft = z.infer<typeof Draft>;

const Assignment = z.object({ breakoutsId: z.string().nullable(), assigned: z.string().nullable() });

const PlaceMemory = z.object({
  draft: Draft.nullable().catch(null),
  /** The last message that was seen: null if there was none, undefined if nobody looked yet. */
  seenMessage: z.string().nullable().optional().catch(undefined),
  /** The last poll that was looked at, or put off. */
  seenPoll: z.string().nullable().catch(null),
  /** The tracks of the shared screens that the person does not watch. */
  declined: z.array(z.string()).catch([]),
  /** In the main room: the last thing that hosts wanted of the person and that was done. */
  assignment: Assignment.catch({ breakoutsId: null, assigned: null }),
});
export type PlaceMemory = z.infer<typeof PlaceMemory>;
const NOTHING = PlaceMemory.parse({});

const Places = z.array(z.tuple([z.string(), PlaceMemory])).catch([]);
/** More breakout rooms than anybody goes through; the ones used longest ago are forgotten. */
const MOST_PLACES = 30;

const keyOf = (roomId: string) => `everroom:places:${roomId}`;

/** Returns what this tab remembers of the stay in one place of a meeting. */
export function readPlace(place: Place, memory: () => Memory = () => sessionStorage): PlaceMemory {
  return allPlaces(place, memory).get(place.placeId) ?? NOTHING;
}

export function rememberOfPlace(
  place: Place,
  change: Partial<PlaceMemory>,
  memory: () => Memory = () => sessionStorage,
): void {
  const all = allPlaces(place, memory);
  const before = all.get(place.placeId) ?? NOTHING;
  all.delete(place.placeId);
  all.set(place.placeId, { ...before, ...change });
  store(memory, keyOf(place.roomId), [...all].slice(-MOST_PLACES));
}

/** The stay is over: what was begun in it, in whichever of its rooms, is for nobody any more. */
export function forgetStay(roomId: string, memory: () => Pick<Storage, 'removeItem'> = () => sessionStorage): void {
  try {
    memory().removeItem(keyOf(roomId));
  } catch (error) {
    console.debug('nothing was kept', error);
  }
}

function allPlaces({ roomId }: Place, memory: () => Memory): Map<string, PlaceMemory> {
  const saved = readStored(memory, keyOf(roomId));
  return new Map(Places.parse(saved));
}
