import type { ReactNode } from 'react';
import { Tile } from './Tile.tsx';
import type { TileView } from './TileView.ts';
import type { TileSpec } from './tiles.ts';

interface FocusStageProps {
  focus: TileSpec;
  rest: readonly TileSpec[];
  portrait: boolean;
  view: TileView;
  /** Turns the strip's pages; null if it has one. */
  pager: ReactNode;
}

/** One tile large, a page of the others in a strip that scrolls. */
export function FocusStage({ focus, rest, portrait, view, pager }: FocusStageProps) {
  return (
    <div className={`focus-stage${portrait ? ' portrait' : ''}`}>
      <Tile key={focus.key} tile={focus} view={view} mayPin large />
      <div className="filmstrip-place">
        <ul className="filmstrip" aria-label="Other participants">
          {rest.map((tile) => (
            <li key={tile.key}>
              <Tile tile={tile} view={view} mayPin />
            </li>
          ))}
        </ul>
        {pager}
      </div>
    </div>
  );
}
