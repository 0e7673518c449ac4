import { type Box, type GridRules, placeTiles, type Rect, tilesPerPage } from '../../lib/fitGrid.ts';

/** What a stage of this size shows how large. */
export interface StagePlan {
  /** How many of the other tiles fit beside the large ones, or of all tiles if none is large. */
  readonly pageSize: number;
  /** Where the large tiles stand. */
  readonly large: readonly Rect[];
  /** Where the tiles of one page stand. */
  readonly small: (count: number) => readonly Rect[];
  /** Where the buttons between pages stand; null if there is one page. */
  readonly pager: Rect | null;
}

export interface StageWish {
  readonly box: Box;
  readonly largeCount: number;
  readonly smallCount: number;
  /** The most tiles of one page. */
  readonly most: number;
  /** The other tiles stand beside the large ones, or one of them in a corner of it. */
  readonly others: 'strip' | 'corner';
}

const GAP = 10;
const PAGER_HEIGHT = 44;
const PAGER_WIDTH = 56;
const STRIP_HEIGHT = 118;

/** Returns the places of tiles: equal ones in a grid, or large ones and a strip of the others. */
export function planStage(wish: StageWish): StagePlan {
  const portrait = wish.box.height > wish.box.width;
  if (wish.largeCount === 0) return planGrid(wish, portrait);
  if (wish.smallCount === 0)
    return { pageSize: 1, large: placeLarge(wish.largeCount, wish.box), small: () => [], pager: null };
  if (wish.others === 'corner') return planCorner(wish);
  return portrait ? planStripBelow(wish) : planStripBeside(wish);
}

function planGrid({ box, smallCount, most }: StageWish, portrait: boolean): StagePlan {
  const rules: GridRules = { gap: GAP, minAspect: portrait ? 3 / 4 : 4 / 3, maxAspect: 16 / 9 };
  const minWidth = portrait ? 150 : 220;
  const whole = tilesPerPage(box, rules, minWidth, most);
  if (smallCount <= whole) {
    return { pageSize: whole, large: [], small: (count) => placeTiles(count, box, rules), pager: null };
  }
  const above = { width: box.width, height: Math.max(0, box.height - PAGER_HEIGHT) };
  return {
    pageSize: tilesPerPage(above, rules, minWidth, most),
    large: [],
    small: (count) => placeTiles(count, above, rules),
    pager: { left: 0, top: above.height, width: box.width, height: PAGER_HEIGHT },
  };
}

/** Wide stages: a column of the others at the end of the line. */
function planStripBeside({ box, largeCount, smallCount, most }: StageWish): StagePlan {
  const width = Math.round(Math.min(240, Math.max(150, box.width * 0.17)));
  const height = Math.round((width * 9) / 16);
  const fitting = (length: number) => Math.max(1, Math.min(most, Math.floor((length + GAP) / (height + GAP))));
  const paged = smallCount > fitting(box.height);
  const length = paged ? box.height - PAGER_HEIGHT : box.height;
  const left = box.width - width;
  return {
    pageSize: fitting(length),
    large: placeLarge(largeCount, { width: left - GAP, height: box.height }),
    small: (count) =>
      inARow(count, height, length).map((top) => ({ left, top, width, height: Math.min(height, Math.max(0, length)) })),
    pager: paged ? { left, top: length, width, height: PAGER_HEIGHT } : null,
  };
}

/** Tall stages: a row of the others below. */
function planStripBelow({ box, largeCount, smallCount, most }: StageWish): StagePlan {
  const size = Math.min(STRIP_HEIGHT, Math.round(box.height / 4));
  const fitting = (length: number) => Math.max(1, Math.min(most, Math.floor((length + GAP) / (size + GAP))));
  const paged = smallCount > fitting(box.width);
  const length = paged ? box.width - PAGER_WIDTH : box.width;
  const top = box.height - size;
  return {
    pageSize: fitting(length),
    large: placeLarge(largeCount, { width: box.width, height: top - GAP }),
    small: (count) => inARow(count, size, length).map((left) => ({ left, top, width: size, height: size })),
    pager: paged ? { left: length, top, width: PAGER_WIDTH, height: size } : null,
  };
}

/** The large tiles have everything, and one other a corner of it. */
function planCorner({ box, largeCount }: StageWish): StagePlan {
  const width = Math.round(Math.min(240, Math.max(96, box.width * 0.18)));
  const height = Math.round((width * 9) / 16);
  const corner = { left: box.width - width - GAP, top: box.height - height - GAP, width, height };
  return {
    pageSize: 1,
    large: placeLarge(largeCount, box),
    small: (count) => (count > 0 ? [corner] : []),
    pager: null,
  };
}

/** A single large tile has whatever form is left. */
function placeLarge(count: number, { width, height }: Box): readonly Rect[] {
  const box = { width: Math.max(0, width), height: Math.max(0, height) };
  if (count === 1) return [{ left: 0, top: 0, ...box }];
  return placeTiles(count, box, { gap: GAP, minAspect: 1, maxAspect: 16 / 9 });
}

/** Returns where equal lengths begin, centred. */
function inARow(count: number, each: number, length: number): readonly number[] {
  const start = Math.max(0, (length - count * each - (count - 1) * GAP) / 2);
  return Array.from({ length: count }, (_, index) => Math.round(start + index * (each + GAP)));
}
