import { describe, expect, test } from 'vitest';
import { fc } from '../../test/support/fastCheck.ts';
import { type LayerDemand, layerTargets, nominalBitratesOf } from './layerTargets.ts';

const NOMINALS = nominalBitratesOf('camera');

function active(demands: readonly LayerDemand[]): boolean[] {
  return layerTargets(demands, NOMINALS, []).map((target) => target.active);
}

function demands(preferredLayer: number, ...sharesKbps: readonly (number | null)[]): LayerDemand[] {
  return sharesKbps.map((kbps) => ({
    preferredLayer,
    currentLayer: null,
    shareBps: kbps === null ? null : kbps * 1_000,
  }));
}

describe('which layers', () => {
  test('no layer is on while nobody watches', () => {
    expect(active([])).toEqual([false, false, false]);
  });

  test('the layers that somebody prefers are on, and the lowest one as a fallback', () => {
    expect(active(demands(0, null))).toEqual([true, false, false]);
    expect(active(demands(2, null))).toEqual([true, false, true]);
    expect(active([...demands(1, null), ...demands(2, null)])).toEqual([true, true, true]);
  });

  test('a link too narrow for the preferred layer turns on the layer that it carries', () => {
    expect(active(demands(2, 400))).toEqual([true, true, true]);
    expect(active(demands(2, 100))).toEqual([true, false, true]);
    expect(active(demands(2, 750))).toEqual([true, false, true]);
  });

  test('a layer that somebody still receives is on', () => {
    expect(active([{ preferredLayer: 1, currentLayer: 2, shareBps: null }])).toEqual([true, true, true]);
  });

  test('a layer that does not exist counts as the highest', () => {
    expect(active(demands(7, null))).toEqual([true, false, true]);
  });
});

describe('at which bitrate', () => {
  const highest = (list: readonly LayerDemand[], beforeBps = 1_500_000): number =>
    layerTargets(list, NOMINALS, [
      { active: true, bitrateBps: 150_000 },
      { active: true, bitrateBps: 500_000 },
      { active: true, bitrateBps: beforeBps },
    ])[2]?.bitrateBps ?? 0;

  test('the bitrate is the nominal one while links are wide or unknown', () => {
    expect(highest(demands(2, null, 9_000))).toBe(1_500_000);
    expect(highest([])).toBe(1_500_000);
  });

  test('the bitrate follows the links of those who prefer the layer, without the narrowest fifth', () => {
    expect(highest(demands(2, 1_000, 1_000, 1_000, 1_000))).toBe(975_000);
    expect(highest(demands(2, 100, 1_200, 1_200, 1_200, 1_200, 1_200))).toBe(1_200_000);
    expect(highest(demands(1, 300, 300))).toBe(1_500_000);
  });

  test('the bitrate is never less than half', () => {
    expect(highest(demands(2, 100, 100))).toBe(750_000);
  });

  test('the bitrate stays the same while it would change only a little', () => {
    expect(highest(demands(2, 1_100), 1_200_000)).toBe(1_200_000);
    expect(highest(demands(2, 1_000), 1_200_000)).toBe(975_000);
  });

  test('bitrates stay within bounds and settle, whatever viewers ask for', () => {
    const anyDemands = fc.array(
      fc.record({
        preferredLayer: fc.nat(4),
        currentLayer: fc.option(fc.nat(2)),
        shareBps: fc.option(fc.nat(20_000_000)),
      }),
    );
    fc.assert(
      fc.property(anyDemands, anyDemands, (first, second) => {
        const before = layerTargets(first, NOMINALS, []);
        const targets = layerTargets(second, NOMINALS, before);
        expect(layerTargets(second, NOMINALS, targets)).toEqual(targets);
        for (const [layer, { bitrateBps }] of targets.entries()) {
          expect(bitrateBps).toBeLessThanOrEqual(NOMINALS[layer] ?? 0);
          expect(bitrateBps).toBeGreaterThanOrEqual((NOMINALS[layer] ?? 0) / 2);
        }
      }),
    );
  });
});

test('small pictures get a lower bitrate than full ones, large ones no higher', () => {
  expect(nominalBitratesOf('camera', 720)).toEqual([150_000, 500_000, 1_500_000]);
  expect(nominalBitratesOf('camera', 1080)).toEqual([150_000, 500_000, 1_500_000]);
  expect(nominalBitratesOf('camera', 360)).toEqual([53_000, 177_000, 530_000]);
  expect(nominalBitratesOf('camera', 16)).toEqual([15_000, 50_000, 150_000]);
});

test('screens get a higher bitrate than cameras', () => {
  for (const [layer, bps] of nominalBitratesOf('screen').entries()) expect(bps).toBeGreaterThan(NOMINALS[layer] ?? 0);
});
