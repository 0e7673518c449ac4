import { type Box, placeTiles, type Rect } from '../../lib/fitGrid.ts';

/** What the composition must know of a person. */
export interface Shown {
  readonly id: string;
  /** A picture of them can be seen now. */
  readonly camera: boolean;
  readonly screen: boolean;
  /** ms since the epoch; 0 if never. */
  readonly spokeAt: number;
}

export interface Place {
  readonly id: string;
  readonly kind: 'camera' | 'screen';
  readonly rect: Rect;
}

const GAP = 8;
const MOST_TILES = 9;
const MOST_BESIDE = 4;
const BESIDE_WIDTH = 0.2;

/**
 * Returns where everything of a recorded picture stands: a shared screen large with the last speakers beside it, or
 * everybody alike. Of more people than fit those are shown whose cameras are on and who spoke last, in steady order.
 */
export function composePicture(people: readonly Shown[], box: Box): readonly Place[] {
  const sharing = people.find(({ screen }) => screen);
  if (!sharing) return placeGrid(choose(people, MOST_TILES), { ...box, left: 0, top: 0 });
  const width = Math.round(box.width * BESIDE_WIDTH);
  const screen = { left: 0, top: 0, width: box.width - width - GAP, height: box.height };
  const beside = choose(people, MOST_BESIDE);
  const height = Math.round((width * 9) / 16);
  const top = Math.max(0, Math.round((box.height - beside.length * height - (beside.length - 1) * GAP) / 2));
  return [
    { id: sharing.id, kind: 'screen', rect: screen },
    ...beside.map(({ id }, index): Place => {
      return {
        id,
        kind: 'camera',
        rect: { left: box.width - width, top: top + index * (height + GAP), width, height },
      };
    }),
  ];
}

function placeGrid(people: readonly Shown[], area: Rect): readonly Place[] {
  const inner = { width: area.width - 2 * GAP, height: area.height - 2 * GAP };
  const rects = placeTiles(people.length, inner, { gap: GAP, minAspect: 4 / 3, maxAspect: 16 / 9 });
  return rects.flatMap((rect, index): Place[] => {
    const person = people[index];
    const { left, top } = rect;
    return person ? [{ id: person.id, kind: 'camera', rect: { ...rect, left: left + GAP, top: top + GAP } }] : [];
  });
}

function choose(people: readonly Shown[], most: number): readonly Shown[] {
  if (people.length <= most) return people;
  const ranked = people.toSorted((a, b) => Number(b.camera) - Number(a.camera) || b.spokeAt - a.spokeAt);
  const chosen = new Set(ranked.slice(0, most));
  return people.filter((person) => chosen.has(person));
}
