import { describe, expect, it } from 'vitest';
import { fc } from '../../test/support/fastCheck.ts';
import { fitGrid, type GridRules, placeTiles, tilesPerPage } from './fitGrid.ts';

const wide: GridRules = { gap: 8, minAspect: 16 / 9, maxAspect: 16 / 9 };
const free: GridRules = { gap: 8, minAspect: 3 / 4, maxAspect: 16 / 9 };

describe('fitGrid', () => {
  it('a single tile gets the whole box', () => {
    expect(fitGrid(1, { width: 1600, height: 900 }, wide)).toEqual({
      columns: 1,
      rows: 1,
      tile: { width: 1600, height: 900 },
    });
  });

  it('two tiles are stacked on a portrait phone and stand side by side on a wide screen', () => {
    expect(fitGrid(2, { width: 390, height: 700 }, free).columns).toBe(1);
    expect(fitGrid(2, { width: 1280, height: 600 }, free).columns).toBe(2);
  });

  it('twelve tiles stand in four columns on a laptop', () => {
    expect(fitGrid(12, { width: 1280, height: 720 }, wide).columns).toBe(4);
  });

  it('a box without room does no harm', () => {
    expect(fitGrid(3, { width: 0, height: 0 }, wide).tile).toEqual({ width: 0, height: 0 });
    expect(placeTiles(0, { width: 100, height: 100 }, wide)).toEqual([]);
  });
});

describe('placeTiles', () => {
  it('every tile is inside the box, apart from the others, in the allowed shape', () => {
    const box = fc.record({ width: fc.integer({ min: 300, max: 3000 }), height: fc.integer({ min: 300, max: 2000 }) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 49 }), box, (count, size) => {
        const rects = placeTiles(count, size, free);
        expect(rects).toHaveLength(count);
        for (const [index, rect] of rects.entries()) {
          expect(rect.left).toBeGreaterThanOrEqual(0);
          expect(rect.top).toBeGreaterThanOrEqual(0);
          expect(rect.left + rect.width).toBeLessThanOrEqual(size.width + 1);
          expect(rect.top + rect.height).toBeLessThanOrEqual(size.height + 1);
          for (const other of rects.slice(index + 1)) {
            const apart =
              rect.left + rect.width <= other.left ||
              other.left + other.width <= rect.left ||
              rect.top + rect.height <= other.top ||
              other.top + other.height <= rect.top;
            expect(apart).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('the last row of tiles is centred', () => {
    const [first, second, third] = placeTiles(3, { width: 1280, height: 720 }, wide);
    expect(third?.left).toBe(Math.round((1280 - (third?.width ?? 0)) / 2));
    expect(first?.top).toBe(second?.top);
  });
});

describe('tilesPerPage', () => {
  it('a page holds no more tiles than keep their size', () => {
    const box = { width: 390, height: 640 };
    const count = tilesPerPage(box, free, 150, 25);
    expect(fitGrid(count, box, free).tile.width).toBeGreaterThanOrEqual(150);
    expect(fitGrid(count + 1, box, free).tile.width).toBeLessThan(150);
  });

  it('a page shows one tile even where nothing fits', () => {
    expect(tilesPerPage({ width: 100, height: 80 }, wide, 200, 25)).toBe(1);
  });
});
