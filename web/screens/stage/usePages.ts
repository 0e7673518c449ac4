import { type RefObject, useCallback, useEffect, useState } from 'react';
import type { MeetingActions } from '../../model/Meeting.ts';
import { type Pages, pagesOf } from './pages.ts';
import type { TileSpec } from './tiles.ts';
import { usePageTurns } from './usePageTurns.ts';

interface TurnablePages extends Pages {
  readonly onTurn: (by: 1 | -1) => void;
  readonly onIntent: () => void;
}

/**
 * The tiles in pages. Once somebody is about to turn one, the server keeps the pages beside it ready: those who never
 * do cost no more than what they see. `onPage`: another page is wanted than `wantedPage`.
 */
export function usePages(
  tiles: readonly TileSpec[],
  pageSize: number,
  wantedPage: number,
  stage: RefObject<HTMLElement | null>,
  actions: MeetingActions,
  onPage: (page: number) => void,
): TurnablePages {
  const [turns, setTurns] = useState(false);
  const pages = pagesOf(tiles, pageSize, wantedPage);
  const { page, count } = pages;

  const onIntent = useCallback(() => setTurns(true), []);
  const onTurn = (by: 1 | -1) => {
    setTurns(true);
    onPage(Math.min(count - 1, Math.max(0, page + by)));
  };
  usePageTurns(stage, count, { onTurn, onIntent });

  const near = turns ? pages.nearTrackIds.join(' ') : '';
  useEffect(() => actions.setNear(near === '' ? [] : near.split(' ')), [near, actions]);
  return { ...pages, onTurn, onIntent };
}
