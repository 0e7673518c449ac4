import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../../test/support/seed.ts';
import { type Arrangement, arrangeTiles } from './arrangeTiles.ts';

const base: Arrangement = {
  present: ['me', 'a', 'b', 'c', 'd'],
  previous: [],
  speaking: [],
  lastSpokeAt: new Map(),
  now: 100_000,
  keptId: 'me',
  elsewhere: new Set(),
  pageSize: 3,
  page: 0,
};

describe('arrangeTiles', () => {
  it('tiles start in the order of joining', () => {
    expect(arrangeTiles(base)).toEqual(['me', 'a', 'b', 'c', 'd']);
  });

  it('tiles keep their places when somebody leaves, and newcomers come last', () => {
    const present = ['me', 'b', 'c', 'd', 'e'];
    expect(arrangeTiles({ ...base, previous: ['me', 'a', 'c', 'b', 'd'], present })).toEqual([
      'me',
      'c',
      'b',
      'd',
      'e',
    ]);
  });

  it('a speaker comes to the first page in the place of the one silent longest', () => {
    const lastSpokeAt = new Map([['b', 5]]);
    expect(arrangeTiles({ ...base, speaking: ['d'], lastSpokeAt })).toEqual(['me', 'd', 'b', 'c', 'a']);
  });

  it('whoever has just spoken keeps the place for a moment', () => {
    const lastSpokeAt = new Map([
      ['a', 99_000],
      ['b', 98_500],
    ]);
    expect(arrangeTiles({ ...base, speaking: ['d'], lastSpokeAt })).toEqual(['me', 'a', 'b', 'c', 'd']);
    expect(arrangeTiles({ ...base, speaking: ['d'], lastSpokeAt, now: 100_600 })).toEqual(['me', 'a', 'd', 'c', 'b']);
  });

  it('whoever is shown large takes no place on the page, and is not moved', () => {
    const arrangement = { ...base, elsewhere: new Set(['a']) };
    expect(arrangeTiles({ ...arrangement, speaking: ['c'] })).toEqual(['me', 'a', 'b', 'c', 'd']);
    expect(arrangeTiles({ ...arrangement, speaking: ['d', 'a'] })).toEqual(['me', 'a', 'b', 'd', 'c']);
  });

  it('no speaker displaces oneself or another speaker, and speakers who are gone are ignored', () => {
    const speaking = ['a', 'b', 'c', 'gone'];
    expect(arrangeTiles({ ...base, speaking })).toEqual(['me', 'a', 'b', 'c', 'd']);
  });

  const names = Array.from({ length: 12 }, (_, index) => `p${index}`);
  const moments = fc.array(
    fc.record({
      present: fc.uniqueArray(fc.constantFrom(...names)).map((ids) => ['me', ...ids]),
      speaking: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 4 }),
      ms: fc.nat(4_000),
      page: fc.nat(2),
    }),
  );
  const larges = fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 });

  it('whatever happens, tiles that are seen never change places with each other, and everybody has one tile', () => {
    fc.assert(
      fc.property(moments, larges, fc.integer({ min: 2, max: 6 }), (history, large, pageSize) => {
        const elsewhere = new Set(large);
        let previous: readonly string[] = [];
        let now = 10_000;
        const lastSpokeAt = new Map<string, number>();
        for (const { present, speaking, ms, page } of history) {
          now += ms;
          for (const id of speaking) lastSpokeAt.set(id, now);
          const arrangement = {
            present,
            previous,
            speaking,
            lastSpokeAt,
            now,
            keptId: 'me',
            elsewhere,
            pageSize,
            page,
          };
          const order = arrangeTiles(arrangement);
          expect(order.toSorted()).toEqual(present.toSorted());
          expect(arrangeTiles({ ...arrangement, previous: order })).toEqual(order);

          const paged = (ids: readonly string[]) => ids.filter((id) => !elsewhere.has(id));
          const seen = (ids: readonly string[]) => paged(ids).slice(page * pageSize, (page + 1) * pageSize);
          const stayed = seen(previous).filter((id) => seen(order).includes(id));
          expect(seen(order).filter((id) => stayed.includes(id))).toEqual(stayed);
          const nobodyLeft = previous.every((id) => present.includes(id));
          if (nobodyLeft) for (const id of stayed) expect(paged(order).indexOf(id)).toBe(paged(previous).indexOf(id));
          previous = order;
        }
      }),
      seeded('stable tiles', 300),
    );
  });
});
