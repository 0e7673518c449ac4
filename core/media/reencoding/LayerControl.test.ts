import { expect, test } from 'vitest';
import type { LayerDemand } from '../../view/layerTargets.ts';
import { LayerControl } from './LayerControl.ts';

const NOMINALS = [150_000, 500_000, 1_500_000];
const LOW: LayerDemand = { preferredLayer: 0, currentLayer: null, shareBps: null };
const MIDDLE: LayerDemand = { preferredLayer: 1, currentLayer: null, shareBps: null };
const HIGH: LayerDemand = { preferredLayer: 2, currentLayer: null, shareBps: null };

function active(control: LayerControl): boolean[] {
  return control.targets.map((target) => target.active);
}

test('a layer that somebody begins to watch is on at once, one that nobody watches goes off after five seconds', () => {
  const control = new LayerControl(NOMINALS, [LOW], 0);
  expect(active(control)).toEqual([true, false, false]);
  expect(control.update(NOMINALS, [LOW, HIGH], 100)).toBe(true);
  expect(active(control)).toEqual([true, false, true]);
  expect(control.update(NOMINALS, [LOW], 200)).toBe(false);
  expect(control.update(NOMINALS, [LOW], 5_000)).toBe(false);
  expect(control.update(NOMINALS, [LOW], 5_100)).toBe(true);
  expect(active(control)).toEqual([true, false, false]);
});

test('a layer without CPU goes off as soon as nobody receives it', () => {
  const control = new LayerControl(NOMINALS, [HIGH], 0);
  expect(control.update(NOMINALS, [{ ...MIDDLE, currentLayer: 2 }], 100, 1)).toBe(true);
  expect(active(control)).toEqual([true, true, true]);
  expect(control.update(NOMINALS, [{ ...MIDDLE, currentLayer: 0 }], 200, 1)).toBe(true);
  expect(active(control)).toEqual([true, true, false]);
});

test('layer control says whether anything changed', () => {
  const control = new LayerControl(NOMINALS, [], 0);
  expect(active(control)).toEqual([false, false, false]);
  expect(control.update(NOMINALS, [], 10_000)).toBe(false);
  expect(control.update(NOMINALS, [LOW], 11_000)).toBe(true);
  expect(control.update(NOMINALS, [LOW], 12_000)).toBe(false);
});

test('bitrates follow the size of the picture', () => {
  const control = new LayerControl(NOMINALS, [HIGH], 0);
  expect(control.update([50_000, 200_000, 500_000], [HIGH], 100)).toBe(true);
  expect(control.targets.map(({ bitrateBps }) => bitrateBps)).toEqual([50_000, 200_000, 500_000]);
});
