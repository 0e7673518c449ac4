import { expect, test } from 'vitest';
import { fc } from '../../test/support/fastCheck.ts';
import { layersForTile } from './layers.ts';

const LAYERS = { heights: [180, 360, 720], temporalLayers: 3 };

function spatialLayerOf(height: number, current: number | null = null): number {
  const tile = { width: (height * 16) / 9, height, pinned: false };
  const preferred = current === null ? null : { spatialLayer: current, temporalLayer: 2 };
  return layersForTile(tile, 'camera', LAYERS, preferred).spatialLayer;
}

test('a tile gets the lowest layer that fills it', () => {
  expect([60, 180, 210, 230, 360, 500, 720, 2000].map((height) => spatialLayerOf(height))).toEqual([
    0, 0, 0, 1, 1, 2, 2, 2,
  ]);
});

test('a pinned tile gets the highest layer, whatever its size', () => {
  expect(layersForTile({ width: 100, height: 60, pinned: true }, 'camera', LAYERS, null)).toEqual({
    spatialLayer: 2,
    temporalLayer: 2,
  });
});

test('a readable screen tile gets the highest layer', () => {
  expect(layersForTile({ width: 320, height: 180, pinned: false }, 'screen', LAYERS, null).spatialLayer).toBe(2);
});

test('a tiny tile needs no full frame rate', () => {
  expect(layersForTile({ width: 96, height: 54, pinned: false }, 'camera', LAYERS, null).temporalLayer).toBe(1);
});

test('resizing around a threshold does not flap', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 205, max: 227 }), { minLength: 2 }), (heights) => {
      let current = spatialLayerOf(180);
      const seen = heights.map((height) => {
        current = spatialLayerOf(height, current);
        return current;
      });
      expect(new Set(seen)).toEqual(new Set([0]));
    }),
  );
});

test('a tile that stays the same gets the same layers', () => {
  const sizes = fc.integer({ min: 0, max: 4000 });
  fc.assert(
    fc.property(
      sizes,
      sizes,
      sizes,
      sizes,
      fc.constantFrom('camera' as const, 'screen' as const),
      (w, h, w2, h2, source) => {
        const before = layersForTile({ width: w2, height: h2, pinned: false }, source, LAYERS, null);
        const tile = { width: w, height: h, pinned: false };
        const once = layersForTile(tile, source, LAYERS, before);
        expect(layersForTile(tile, source, LAYERS, once)).toEqual(once);
      },
    ),
  );
});
