import { Tile } from './Tile.tsx';
import type { TileView } from './TileView.ts';
import type { TileSpec } from './tiles.ts';

interface FocusStageProps {
  focus: TileSpec;
  rest: readonly TileSpec[];
  portrait: boolean;
  view: TileView;
}

/** One tile large, the others in a strip that scrolls. */
export function FocusStage({ focus, rest, portrait, view }: FocusStageProps) {
  return (
    <div className={`focus-stage${portrait ? ' portrait' : ''}`}>
      <Tile key={focus.key} tile={focus} view={view} mayPin large />
      <ul className="filmstrip" aria-label="Other participants">
        {rest.map((tile) => (
          <li key={tile.key}>
            <Tile tile={tile} view={view} mayPin />
          </li>
        ))}
      </ul>
    </div>
  );
}
