import { expect, test } from 'vitest';
import { Shedding } from './Shedding.ts';

const LAYERS = 3;

function run(
  shedding: Shedding,
  fromMs: number,
  forMs: number,
  isBusy: () => boolean,
  highestOn = () => shedding.highestLayer,
): number {
  for (let at = fromMs; at < fromMs + forMs; at += 33) shedding.picture(at, isBusy(), highestOn());
  return fromMs + forMs;
}

test('lasting pressure takes pictures first, then all layers but the lowest, from the highest down', () => {
  const shedding = new Shedding(LAYERS);
  const seen: string[] = [];
  let at = 0;
  for (let window = 0; window < 14; window += 1) {
    at = run(shedding, at, 530, () => true);
    const now = `${shedding.limit} ${shedding.halvesRate ? 'half' : 'full'} ≤${shedding.highestLayer}`;
    if (seen.at(-1) !== now) seen.push(now);
  }
  expect(seen).toEqual(['1 full ≤2', '1 half ≤2', '1 full ≤1', '1 half ≤1', '1 full ≤0', '1 half ≤0']);
});

test('the highest layer that somebody watches is given up first', () => {
  const shedding = new Shedding(LAYERS);
  run(
    shedding,
    0,
    2_650,
    () => true,
    () => Math.min(1, shedding.highestLayer),
  );
  expect([shedding.highestLayer, shedding.halvesRate]).toEqual([0, false]);
});

test('no further layer is given up while one that was given up is still encoded', () => {
  const shedding = new Shedding(LAYERS);
  const at = run(shedding, 0, 2_650, () => true);
  expect(shedding.highestLayer).toBe(1);
  run(
    shedding,
    at,
    10_000,
    () => true,
    () => 2,
  );
  expect([shedding.highestLayer, shedding.halvesRate]).toEqual([1, false]);
});

test('shedding is taken back step by step after calm', () => {
  const shedding = new Shedding(LAYERS);
  let at = run(shedding, 0, 1_100, () => true);
  expect(shedding.halvesRate).toBe(true);
  at = run(shedding, at, 2_600, () => false);
  expect([shedding.halvesRate, shedding.limit]).toEqual([false, 1]);
  run(shedding, at, 2_600, () => false);
  expect(shedding.limit).toBe(2);
});

test('a step that was taken back too early waits longer the next time', () => {
  const shedding = new Shedding(LAYERS);
  let at = run(shedding, 0, 1_100, () => true);
  at = run(shedding, at, 3_200, () => shedding.halvesRate === false);
  expect(shedding.halvesRate).toBe(true);
  at = run(shedding, at, 2_600, () => false);
  expect(shedding.halvesRate).toBe(true);
  run(shedding, at, 2_600, () => false);
  expect(shedding.halvesRate).toBe(false);
});

test('all pictures and layers are back within a minute of calm, whatever the pressure was', () => {
  const shedding = new Shedding(LAYERS);
  let at = 0;
  let pictures = 0;
  at = run(shedding, at, 120_000, () => {
    pictures += 1;
    return pictures % 60 < 30;
  });
  run(shedding, at, 60_000, () => false);
  expect(shedding.isActive).toBe(false);
});

test('a single late picture does not count as pressure, but grown latency does', () => {
  const shedding = new Shedding(LAYERS);
  let pictures = 0;
  const at = run(shedding, 0, 2_000, () => pictures++ % 15 === 0);
  expect(shedding.limit).toBe(2);
  for (let count = 0; count < 20; count += 1) shedding.latency(90);
  run(shedding, at, 600, () => false);
  expect(shedding.limit).toBe(1);
});
