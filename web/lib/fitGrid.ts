export interface Box {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Box {
  readonly left: number;
  readonly top: number;
}

export interface GridShape {
  readonly columns: number;
  readonly rows: number;
  readonly tile: Box;
}

export interface GridRules {
  /** Between tiles, in pixels. */
  readonly gap: number;
  /** Width ÷ height that a tile may have. */
  readonly minAspect: number;
  readonly maxAspect: number;
}

/** Returns the columns and rows that make `count` equal tiles as large as the box allows. */
export function fitGrid(count: number, box: Box, rules: GridRules): GridShape {
  let best: GridShape = { columns: 1, rows: Math.max(1, count), tile: { width: 0, height: 0 } };
  let bestArea = -1;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const cellWidth = (box.width - rules.gap * (columns - 1)) / columns;
    const cellHeight = (box.height - rules.gap * (rows - 1)) / rows;
    if (cellWidth <= 0 || cellHeight <= 0) continue;
    const aspect = Math.min(Math.max(cellWidth / cellHeight, rules.minAspect), rules.maxAspect);
    const width = Math.floor(Math.min(cellWidth, cellHeight * aspect));
    const height = Math.floor(Math.min(cellHeight, cellWidth / aspect));
    if (width * height > bestArea) {
      bestArea = width * height;
      best = { columns, rows, tile: { width, height } };
    }
  }
  return best;
}

/** Returns where each of `count` tiles stands: rows from the top, the last row and the whole centred. */
export function placeTiles(count: number, box: Box, rules: GridRules): Rect[] {
  const { columns, rows, tile } = fitGrid(count, box, rules);
  const top = (box.height - rows * tile.height - (rows - 1) * rules.gap) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = (box.width - inRow * tile.width - (inRow - 1) * rules.gap) / 2;
    return {
      ...tile,
      left: Math.round(left + (index % columns) * (tile.width + rules.gap)),
      top: Math.round(top + row * (tile.height + rules.gap)),
    };
  });
}

/** Returns how many tiles, up to `most`, fit when each is at least `minTileWidth` wide; never less than one. */
export function tilesPerPage(box: Box, rules: GridRules, minTileWidth: number, most: number): number {
  for (let count = most; count > 1; count--) {
    if (fitGrid(count, box, rules).tile.width >= minTileWidth) return count;
  }
  return 1;
}
