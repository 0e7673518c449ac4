import { expect, test } from 'vitest';
import { Onsets, offsetsOf } from './Onsets.ts';

test('a flash that lasts for several pictures has one onset', () => {
  const flashes = new Onsets(200);
  for (const at of [1_000, 1_033, 1_066, 2_000, 2_033]) flashes.seen(at);
  expect(flashes.take()).toEqual([1_000, 2_000]);
  flashes.seen(2_066);
  expect(flashes.take()).toEqual([]);
});

test('every flash is compared with its own beep, and a flash without a beep is left out', () => {
  expect(offsetsOf([1_010, 2_030, 3_000], [1_000, 2_000, 3_900], 400)).toEqual([10, 30]);
});
