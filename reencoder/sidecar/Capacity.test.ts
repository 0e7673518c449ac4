import { expect, test } from 'vitest';
import { Capacity, type TrackLoad } from './Capacity.ts';

const settled = (cpuCores: number, sheds = false): TrackLoad => ({ ageMs: 60_000, cpuCores, sheds });
const young: TrackLoad = { ageMs: 1_000, cpuCores: null, sheds: false };

test('a machine takes as many tracks as its idle CPU carries at their measured cost', () => {
  const capacity = new Capacity(null, 4);
  expect(capacity.tracks(4, [])).toBe(11);
  for (let second = 0; second < 20; second += 1) capacity.tracks(4, [settled(0.7)]);
  expect(capacity.tracks(4, [settled(0.7)])).toBe(6);
});

test('a machine without idle CPU takes one track per core and keeps those it has', () => {
  expect(new Capacity(null, 2).tracks(0, [])).toBe(2);
  expect(new Capacity(null, 1).tracks(0, [settled(0.3), settled(0.3), settled(0.3)])).toBe(3);
});

test('tracks that have just begun count with the usual cost', () => {
  expect(new Capacity(null, 1).tracks(1, [young, young])).toBe(2);
});

test('cheap tracks are tried one after the other while others use the CPU, until one sheds', () => {
  const capacity = new Capacity(null, 2);
  const cheap = settled(0.03);
  for (let second = 0; second < 10; second += 1) capacity.tracks(0, [cheap, cheap]);
  expect(capacity.tracks(0, [cheap, cheap])).toBe(3);
  expect(capacity.tracks(0, [cheap, cheap, young])).toBe(3);
  expect(capacity.tracks(0, [cheap, cheap, settled(0.03, true)])).toBe(3);
});

test('tracks never take the whole machine from others', () => {
  expect(new Capacity(null, 2).tracks(0, [settled(0.7), settled(0.7)])).toBe(2);
});

test('a number of tracks set by the operator overrides the estimate', () => {
  expect(new Capacity(2, 8).tracks(16, [settled(0.3)])).toBe(2);
  expect(new Capacity(2, 1).tracks(0, [])).toBe(2);
});
