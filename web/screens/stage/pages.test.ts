import { describe, expect, it } from 'vitest';
import type { Person, PublishedMedia } from '../../model/Meeting.ts';
import { pagesOf } from './pages.ts';
import type { TileSpec } from './tiles.ts';

function tileOf(index: number): TileSpec {
  const media = (trackId: string, muted: boolean): PublishedMedia => ({
    trackId,
    muted,
    reencodingWish: null,
    reencoded: false,
    received: true,
    attach: () => () => undefined,
  });
  const person: Person = {
    id: `p${index}`,
    name: `p${index}`,
    nameFixed: false,
    role: 'member',
    grants: { sources: [], chat: true, unmute: true },
    isSelf: index === 0,
    connected: true,
    handRaisedAt: null,
    quality: null,
    camera: index === 7 ? null : media(`camera-p${index}`, index === 11),
    microphone: null,
    screen: null,
    screenAudio: null,
  };
  return { key: `camera:p${index}`, person, kind: 'camera' };
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
