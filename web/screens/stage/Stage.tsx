import { useCallback, useEffect, useState } from 'react';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { AloneCard } from './AloneCard.tsx';
import { FocusStage } from './FocusStage.tsx';
import { type GridRules, tilesPerPage } from './fitGrid.ts';
import { GridStage, withoutPager } from './GridStage.tsx';
import { Pager } from './Pager.tsx';
import { focusOf, type Layout, tilesOf } from './tiles.ts';
import { usePages } from './usePages.ts';
import { useSize } from './useSize.ts';
import { useTileOrder } from './useTileOrder.ts';
import './Stage.css';

interface StageProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  layout: Layout;
}

/** What a viewer receives is bounded by the page. */
const MAX_TILES = 12;

/** Everybody's tiles, in the available space. */
export function Stage({ snapshot, actions, layout }: StageProps) {
  const { ref, size } = useSize<HTMLDivElement>();
  const [pinnedKey, setPinnedKey] = useState<string | null>(null);
  const portrait = size.height > size.width;
  const rules: GridRules = { gap: 10, minAspect: portrait ? 3 / 4 : 4 / 3, maxAspect: 16 / 9 };
  const minTileWidth = portrait ? 150 : 220;
  const fitting = tilesPerPage(size, rules, minTileWidth, MAX_TILES);
  const inPages = snapshot.others.length + 1 > fitting;
  const pageSize = inPages ? tilesPerPage(withoutPager(size), rules, minTileWidth, MAX_TILES) : fitting;
  const order = useTileOrder(snapshot, pageSize);
  const tiles = tilesOf(snapshot, order);
  const focus = focusOf(tiles, layout, pinnedKey, lastSpeaker(snapshot), snapshot.spotlightId);
  const togglePin = useCallback((key: string) => setPinnedKey((before) => (before === key ? null : key)), []);

  // The large tile, pinned or chosen by the layout, is worth the best picture.
  const largeTrackId = (focus?.kind === 'screen' ? focus.person.screen : focus?.person.camera)?.trackId;
  useEffect(() => {
    if (largeTrackId === undefined) return;
    actions.setPinned(largeTrackId, true);
    return () => actions.setPinned(largeTrackId, false);
  }, [largeTrackId, actions]);

  const view = { speakers: snapshot.speakers, pinnedKey, onPin: togglePin };
  const paged = focus ? tiles.filter((tile) => tile.key !== focus.key) : tiles;
  const pages = usePages(paged, focus ? MAX_TILES - 1 : pageSize, ref, actions);
  const pager = pages.count > 1 && (
    <Pager page={pages.page} count={pages.count} onTurn={pages.onTurn} onIntent={pages.onIntent} />
  );

  return (
    <div ref={ref} className="stage">
      {size.width > 0 &&
        (focus ? (
          <FocusStage focus={focus} rest={pages.shown} portrait={portrait} view={view} pager={pager} />
        ) : (
          <>
            <GridStage
              tiles={pages.shown}
              box={pages.count > 1 ? withoutPager(size) : size}
              rules={rules}
              mayPin={tiles.length > 1}
              view={view}
            />
            {pager}
          </>
        ))}
      {snapshot.others.length === 0 && <AloneCard roomId={snapshot.roomId} />}
    </div>
  );
}

/** Returns who was heard last, so that a pause does not move the picture. */
function lastSpeaker(snapshot: MeetingSnapshot): string | null {
  let last: string | null = null;
  let lastAt = 0;
  for (const person of snapshot.others) {
    const at = snapshot.lastSpokeAt.get(person.id) ?? 0;
    if (at > lastAt) {
      last = person.id;
      lastAt = at;
    }
  }
  return last;
}
