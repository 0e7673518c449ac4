import { type CSSProperties, useCallback, useEffect, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { Rect } from '../../lib/fitGrid.ts';
import { handOrder } from '../../model/handOrder.ts';
import { layoutThatHolds } from '../../model/layoutThatHolds.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import type { RoomView } from '../../model/roomView.ts';
import { AloneCard } from './AloneCard.tsx';
import { Pager } from './Pager.tsx';
import { planStage } from './planStage.ts';
import { Tile } from './Tile.tsx';
import type { TileView } from './TileView.ts';
import { type Layout, largeOf, spotlitOf, type TileSpec, tilesOf, togglePin } from './tiles.ts';
import { usePages } from './usePages.ts';
import { usePinKeys } from './usePinKeys.ts';
import type { ChangeRoomView } from './useRoomView.ts';
import { useSize } from './useSize.ts';
import { useSteadySpeaker } from './useSteadySpeaker.ts';
import { useTileOrder } from './useTileOrder.ts';
import './Stage.css';

/** Tiles up to this width or height (px) leave out what they have no room for. */
const NARROW = 170;
const LOW = 120;

interface StageProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  view: RoomView;
  onView: ChangeRoomView;
  /** Digits pin tiles. */
  pinKeys: boolean;
}

/**
 * Everybody's tiles, in the available space. A tile is one element in every layout: it moves and grows, and its picture
 * goes on meanwhile.
 */
export function Stage({ snapshot, actions, view, onView, pinKeys }: StageProps) {
  const t = useT();
  const { ref, size: box } = useSize<HTMLDivElement>();
  const [wantedPage, setWantedPage] = useState(0);
  const speakerId = useSteadySpeaker(snapshot);
  const { pins, selfHidden } = view;
  const layout = layoutThatHolds<Layout>(view, snapshot.forAll.layout, 'auto');

  const spotlit = spotlitOf(snapshot);
  // What is large does not depend on the order of the others, which depends on how many fit beside it.
  const unordered = visibleTiles(
    snapshot,
    [snapshot.self, ...snapshot.others].map(({ id }) => id),
    selfHidden,
  );
  const large = largeOf(unordered, layout, pins, speakerId, spotlit);
  const largeKeys = new Set(large.map(({ key }) => key));
  const plan = planStage({
    box,
    largeCount: large.length,
    smallCount: unordered.length - large.length,
    // What a viewer receives is bounded by the page.
    most: snapshot.pageSize,
    others: layout === 'presentation' ? 'corner' : 'strip',
  });
  const presents = large.length > 0 && layout === 'presentation';
  const smallScreens = unordered.filter(({ key, kind }) => kind === 'screen' && !largeKeys.has(key)).length;
  const order = useTileOrder(snapshot, {
    elsewhere: new Set([
      ...large.flatMap(({ kind, person }) => (kind === 'camera' ? person.id : [])),
      ...(selfHidden ? [snapshot.self.id] : []),
    ]),
    pageSize: presents ? Number.POSITIVE_INFINITY : Math.max(1, plan.pageSize - smallScreens),
    page: wantedPage,
  });
  const tiles = visibleTiles(snapshot, order, selfHidden);
  const small = inCorner(
    tiles.filter(({ key }) => !largeKeys.has(key)),
    presents,
    speakerId,
  );
  const pages = usePages(small, plan.pageSize, wantedPage, ref, actions, setWantedPage);
  usePinnedTracks(large, actions);

  const onPin = useCallback(
    (key: string) => onView((before) => ({ pins: [...togglePin(before.pins, key)] })),
    [onView],
  );
  const onHideSelf = useCallback(() => onView({ selfHidden: true }), [onView]);
  const tileView: TileView = {
    speakers: snapshot.speakers,
    pins,
    onPin,
    hands: handOrder([snapshot.self, ...snapshot.others]),
    reactions: snapshot.reactions,
    held: snapshot.connection === 'reconnecting',
    actions,
    onHideSelf,
  };

  const shownKeys = [...large, ...pages.shown].map(({ key }) => key);
  usePinKeys(tiles.length > 1 ? shownKeys : [], onPin, pinKeys);

  const places = new Map<string, Rect>();
  for (const [index, { key }] of large.entries()) addPlace(places, key, plan.large[index]);
  const rects = plan.small(pages.shown.length);
  for (const [index, { key }] of pages.shown.entries()) addPlace(places, key, rects[index]);
  return (
    <div ref={ref} className="stage">
      {box.width > 0 && (
        <ul aria-label={t('stage:participants')}>
          {tiles.map((tile) => {
            const place = places.get(tile.key);
            if (!place) return null;
            const inFront = presents && !largeKeys.has(tile.key);
            return (
              <li
                key={tile.key}
                className={`tile-place${inFront ? ' in-front' : ''}${sizeClasses(place)}`}
                style={styleOf(place)}
              >
                <Tile tile={tile} view={tileView} mayPin={tiles.length > 1} large={largeKeys.has(tile.key)} />
              </li>
            );
          })}
        </ul>
      )}
      {plan.pager && pages.count > 1 && (
        <Pager
          page={pages.page}
          count={pages.count}
          place={plan.pager}
          onTurn={pages.onTurn}
          onIntent={pages.onIntent}
        />
      )}
      {snapshot.others.length === 0 && <AloneCard roomId={snapshot.roomId} />}
    </div>
  );
}

/** What is in a tile goes by its size: said here, so that the browser need not ask each tile while it lays out. */
function styleOf({ left, top, width, height }: Rect): CSSProperties {
  const style: CSSProperties & Record<`--${string}`, string> = {
    translate: `calc(var(--forward) * ${left}px) ${top}px`,
    width,
    height,
    '--tile-side': `${Math.min(width, height)}px`,
    '--tile-height': `${height}px`,
  };
  return style;
}

function sizeClasses({ width, height }: Rect): string {
  return `${width <= NARROW ? ' narrow' : ''}${height <= LOW ? ' low' : ''}`;
}

/** Whoever hides the own picture still sees it when alone. */
function visibleTiles(snapshot: MeetingSnapshot, order: readonly string[], selfHidden: boolean): readonly TileSpec[] {
  const tiles = tilesOf(snapshot, order);
  return selfHidden && snapshot.others.length > 0
    ? tiles.filter(({ person, kind }) => !person.isSelf || kind !== 'camera')
    : tiles;
}

/** In a presentation one other tile is seen, in a corner: who speaks, else the first of the others. */
function inCorner(small: readonly TileSpec[], presents: boolean, speakerId: string | null): readonly TileSpec[] {
  if (!presents) return small;
  const others = small.filter(({ person, kind }) => !person.isSelf && kind === 'camera');
  const shown = others.find(({ person }) => person.id === speakerId) ?? others[0];
  return shown ? [shown] : [];
}

/** The large tiles, pinned or chosen by the layout, are worth the best picture. */
function usePinnedTracks(large: readonly TileSpec[], actions: MeetingActions): void {
  const trackIds = large
    .flatMap(({ kind, person }) => (kind === 'screen' ? person.screen : person.camera)?.trackId ?? [])
    .join(' ');
  useEffect(() => {
    if (trackIds === '') return;
    const pinned = trackIds.split(' ');
    for (const trackId of pinned) actions.setPinned(trackId, true);
    return () => {
      for (const trackId of pinned) actions.setPinned(trackId, false);
    };
  }, [trackIds, actions]);
}

function addPlace(places: Map<string, Rect>, key: string, place: Rect | undefined): void {
  if (place) places.set(key, place);
}
