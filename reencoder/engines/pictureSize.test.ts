import { expect, test } from 'vitest';
import { isUsableSize, layerSize } from './pictureSize.ts';

test('layers have even sides of at least 16', () => {
  expect(layerSize({ width: 1280, height: 720 }, 2)).toEqual({ width: 640, height: 360 });
  expect(layerSize({ width: 641, height: 361 }, 1)).toEqual({ width: 640, height: 360 });
  expect(layerSize({ width: 320, height: 180 }, 4)).toEqual({ width: 80, height: 44 });
  expect(layerSize({ width: 40, height: 20 }, 4)).toEqual({ width: 16, height: 16 });
});

test('pictures that are tiny, huge or a stripe are unusable', () => {
  for (const [width, height] of [
    [16, 16],
    [256, 16],
    [4096, 4096],
    [720, 1280],
  ] as const) {
    expect(isUsableSize({ width, height })).toBe(true);
  }
  for (const [width, height] of [
    [0, 0],
    [15, 100],
    [257, 16],
    [16, 257],
    [4096, 4097],
    [16_383, 16_383],
  ] as const) {
    expect(isUsableSize({ width, height })).toBe(false);
  }
});
