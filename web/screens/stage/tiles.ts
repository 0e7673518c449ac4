import type { MeetingSnapshot, Person } from '../../model/Meeting.ts';
import { type Layout, MOST_PINS } from '../../model/roomView.ts';

export type { Layout };

export interface TileSpec {
  readonly key: string;
  readonly person: Person;
  readonly kind: 'camera' | 'screen';
}

const cameraKey = (participantId: string) => `camera:${participantId}`;
const screenKey = (participantId: string) => `screen:${participantId}`;

/** Screens come first. One's own screen has no tile: it would show itself without end. */
export function tilesOf(
  { self, others }: Pick<MeetingSnapshot, 'self' | 'others'>,
  order: readonly string[],
): TileSpec[] {
  const people = new Map([self, ...others].map((person) => [person.id, person]));
  const screens = others
    .filter((person) => person.screen && !person.screen.muted)
    .map((person): TileSpec => ({ key: screenKey(person.id), person, kind: 'screen' }));
  const cameras = order.flatMap((id): TileSpec[] => {
    const person = people.get(id);
    return person ? [{ key: cameraKey(id), person, kind: 'camera' }] : [];
  });
  return [...screens, ...cameras];
}

/**
 * Returns the tiles to show large, none if all are equal: the person's own pins in the order they were set, else the
 * people in the room's spotlight, else what the layout says.
 */
export function largeOf(
  tiles: readonly TileSpec[],
  layout: Layout,
  pins: readonly string[],
  speakerId: string | null,
  spotlit: readonly string[] = [],
): readonly TileSpec[] {
  if (tiles.length < 2) return [];
  const pinned = pins.flatMap((key) => tiles.find((tile) => tile.key === key) ?? []);
  if (pinned.length > 0) return pinned;
  const inSpotlight = spotlit.flatMap(
    (id) => tiles.find(({ kind, person }) => kind === 'camera' && person.id === id && !person.isSelf) ?? [],
  );
  if (inSpotlight.length > 0) return inSpotlight;
  if (layout === 'tiles') return [];
  const screen = tiles.find((tile) => tile.kind === 'screen' && !tile.person.screenDeclined);
  if (screen) return [screen];
  if (layout === 'auto') return [];
  const others = tiles.filter((tile) => !tile.person.isSelf);
  const speaker = others.find((tile) => tile.person.id === speakerId) ?? others[0];
  return speaker ? [speaker] : [];
}

/**
 * Returns what to show where there is space for one picture, the best first: what is large on a stage that shows the
 * speaker large, who speaks, and the other people; oneself only when pinned or alone.
 */
export function watchedOf(
  snapshot: Pick<MeetingSnapshot, 'self' | 'others' | 'spotlightId' | 'forAll'>,
  pins: readonly string[],
  speakerId: string | null,
): readonly TileSpec[] {
  const { self, others } = snapshot;
  const tiles = tilesOf(
    snapshot,
    [...others, self].map(({ id }) => id),
  );
  if (others.length === 0) return tiles;
  const large = largeOf(tiles, 'speaker', pins, speakerId, spotlitOf(snapshot));
  const cameras = tiles.filter(({ kind, person }) => kind === 'camera' && !person.isSelf);
  const speaker = cameras.filter(({ person }) => person.id === speakerId);
  return [...new Set([...large, ...speaker, ...cameras])];
}

/** Returns the ids of the people in the room's spotlight, the first one first. */
export function spotlitOf({ spotlightId, forAll }: Pick<MeetingSnapshot, 'spotlightId' | 'forAll'>): string[] {
  return [...(spotlightId === null ? [] : [spotlightId]), ...forAll.alsoSpotlit];
}

/** Returns the pins after one more was set, or an old one taken away; the oldest gives way when there are too many. */
export function togglePin(pins: readonly string[], key: string): readonly string[] {
  return pins.includes(key) ? pins.filter((other) => other !== key) : [...pins, key].slice(-MOST_PINS);
}
