import { type Box, type GridRules, placeTiles } from './fitGrid.ts';
import { Tile } from './Tile.tsx';
import type { TileView } from './TileView.ts';
import type { TileSpec } from './tiles.ts';

interface GridStageProps {
  tiles: readonly TileSpec[];
  box: Box;
  rules: GridRules;
  mayPin: boolean;
  view: TileView;
}

/** The buttons between pages stand below the tiles (Stage.css). */
export function withoutPager(box: Box): Box {
  return { ...box, height: Math.max(0, box.height - 44) };
}

/** Tiles in equal size. */
export function GridStage({ tiles, box, rules, mayPin, view }: GridStageProps) {
  const places = placeTiles(tiles.length, box, rules);
  return (
    <ul aria-label="Participants">
      {tiles.map((tile, index) => {
        const place = places[index];
        if (!place) return null;
        const { left, top, width, height } = place;
        return (
          <li key={tile.key} className="grid-place" style={{ translate: `${left}px ${top}px`, width, height }}>
            <Tile tile={tile} view={view} mayPin={mayPin} />
          </li>
        );
      })}
    </ul>
  );
}
