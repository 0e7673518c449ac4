/** People of one room who move together receive each other over one node all the time. */
const GROUP = 10;
const GROUPS = 100;
const ALL_WITHIN_MS = 10_000;
const EVERY_MS = { least: 100, most: 1_000 } as const;

/**
 * Divides people who have to move into groups, of one room each if there are few rooms. When a group starts every
 * `everyMs`, the other nodes and people's machines have time for each, and all of them start within ten seconds.
 */
export function inGroups<T>(
  people: readonly T[],
  roomOf: (one: T) => string,
): { readonly groups: readonly (readonly T[])[]; readonly everyMs: number } {
  const byRoom = [...Map.groupBy(people, roomOf).values()].flatMap((room) => cut(room, GROUP));
  const groups = byRoom.length <= GROUPS ? byRoom : cut(people, Math.max(GROUP, Math.ceil(people.length / GROUPS)));
  const everyMs = Math.max(EVERY_MS.least, Math.min(EVERY_MS.most, ALL_WITHIN_MS / groups.length));
  return { groups, everyMs };
}

function cut<T>(list: readonly T[], size: number): (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let next = 0; next < list.length; next += size) parts.push(list.slice(next, next + size));
  return parts;
}
