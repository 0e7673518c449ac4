import { describe, expect, it } from 'vitest';
import { aMedia, aPerson } from '../../model/peopleForTests.ts';
import { pagesOf } from './pages.ts';
import type { TileSpec } from './tiles.ts';

function tileOf(index: number): TileSpec {
  const id = `p${index}`;
  const camera = index === 7 ? null : aMedia({ trackId: `camera-${id}`, muted: index === 11 });
  return { key: `camera:${id}`, person: aPerson(id, { isSelf: index === 0, camera }), kind: 'camera' };
}

const tiles = Array.from({ length: 20 }, (_, index) => tileOf(index));
const keysOf = (page: number) => pagesOf(tiles, 6, page).shown.map(({ key }) => key);

describe('pagesOf', () => {
  it('everybody is on one page, in order', () => {
    const { count } = pagesOf(tiles, 6, 0);
    const all = Array.from({ length: count }, (_, page) => keysOf(page)).flat();
    expect(all).toEqual(tiles.map(({ key }) => key));
    expect(pagesOf([], 6, 3)).toMatchObject({ page: 0, count: 1, shown: [] });
  });

  it('a page that is gone gives way to the last one', () => {
    expect(pagesOf(tiles, 6, 9)).toMatchObject({ page: 3, count: 4 });
    expect(keysOf(9)).toEqual(['camera:p18', 'camera:p19']);
  });

  it('near are the videos of the next page, then of the one before, without one’s own', () => {
    expect(pagesOf(tiles, 6, 0).nearTrackIds).toEqual(['camera-p6', 'camera-p8', 'camera-p9', 'camera-p10']);
    expect(pagesOf(tiles, 6, 1).nearTrackIds).toEqual([
      ...['camera-p12', 'camera-p13', 'camera-p14', 'camera-p15', 'camera-p16', 'camera-p17'],
      ...['camera-p1', 'camera-p2', 'camera-p3', 'camera-p4', 'camera-p5'],
    ]);
  });
});
