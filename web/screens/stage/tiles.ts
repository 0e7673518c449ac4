import type { MeetingSnapshot, Person } from '../../model/Meeting.ts';

/**
 * auto: a shared screen or a pinned tile is large, else all are equal; grid: always equal; speaker: the speaker is
 * large.
 */
export type Layout = 'auto' | 'grid' | 'speaker';

export interface TileSpec {
  readonly key: string;
  readonly person: Person;
  readonly kind: 'camera' | 'screen';
}

const cameraKey = (participantId: string) => `camera:${participantId}`;
const screenKey = (participantId: string) => `screen:${participantId}`;

/** Screens come first. One's own screen has no tile: it would show itself without end. */
export function tilesOf(snapshot: MeetingSnapshot, order: readonly string[]): TileSpec[] {
  const people = new Map([snapshot.self, ...snapshot.others].map((person) => [person.id, person]));
  const screens = snapshot.others
    .filter((person) => person.screen && !person.screen.muted)
    .map((person): TileSpec => ({ key: screenKey(person.id), person, kind: 'screen' }));
  const cameras = order.flatMap((id): TileSpec[] => {
    const person = people.get(id);
    return person ? [{ key: cameraKey(id), person, kind: 'camera' }] : [];
  });
  return [...screens, ...cameras];
}

/**
 * Returns the tile to show large, null if all are equal: the person's own pin, else the room's spotlight, else what the
 * layout says.
 */
export function focusOf(
  tiles: readonly TileSpec[],
  layout: Layout,
  pinnedKey: string | null,
  speakerId: string | null,
  spotlightId: string | null = null,
): TileSpec | null {
  if (tiles.length < 2) return null;
  const pinned = tiles.find((tile) => tile.key === pinnedKey);
  if (pinned) return pinned;
  const spotlit = tiles.find(({ kind, person }) => kind === 'camera' && person.id === spotlightId && !person.isSelf);
  if (spotlit) return spotlit;
  if (layout === 'grid') return null;
  const screen = tiles.find((tile) => tile.kind === 'screen');
  if (screen) return screen;
  if (layout === 'auto') return null;
  const others = tiles.filter((tile) => !tile.person.isSelf);
  return others.find((tile) => tile.person.id === speakerId) ?? others[0] ?? null;
}
