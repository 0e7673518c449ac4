import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../ui/Button.tsx';
import { type Box, type GridRules, placeTiles } from './fitGrid.ts';
import { Tile } from './Tile.tsx';
import type { TileView } from './TileView.ts';
import type { TileSpec } from './tiles.ts';

interface GridStageProps {
  tiles: readonly TileSpec[];
  box: Box;
  rules: GridRules;
  pageSize: number;
  view: TileView;
}

/** The buttons between pages stand below the tiles (Stage.css). */
export function withoutPager(box: Box): Box {
  return { ...box, height: Math.max(0, box.height - 44) };
}

/** All tiles in equal size, spread over pages if they would become too small. */
export function GridStage({ tiles, box, rules, pageSize, view }: GridStageProps) {
  const [wantedPage, setPage] = useState(0);
  const pages = Math.max(1, Math.ceil(tiles.length / pageSize));
  const page = Math.min(wantedPage, pages - 1);
  const shown = tiles.slice(page * pageSize, (page + 1) * pageSize);
  const places = placeTiles(shown.length, pages > 1 ? withoutPager(box) : box, rules);

  return (
    <>
      <ul aria-label="Participants">
        {shown.map((tile, index) => {
          const place = places[index];
          if (!place) return null;
          const { left, top, width, height } = place;
          return (
            <li key={tile.key} className="grid-place" style={{ translate: `${left}px ${top}px`, width, height }}>
              <Tile tile={tile} view={view} mayPin={tiles.length > 1} />
            </li>
          );
        })}
      </ul>
      {pages > 1 && (
        <nav className="pager" aria-label="Pages of participants">
          <IconButton
            icon={ChevronLeft}
            label="Previous page"
            disabled={page === 0}
            onClick={() => setPage(page - 1)}
          />
          <span aria-current="page">
            {page + 1} / {pages}
          </span>
          <IconButton
            icon={ChevronRight}
            label="Next page"
            disabled={page === pages - 1}
            onClick={() => setPage(page + 1)}
          />
        </nav>
      )}
    </>
  );
}
