import { expect, test } from 'vitest';
import { median, percentile, summarize } from './statistics.ts';

test('a percentile is a measured value, by nearest rank, whatever the order', () => {
  const values = [30, 10, 20, 40, 50];
  expect(percentile(values, 50)).toBe(30);
  expect(percentile(values, 99)).toBe(50);
  expect(percentile(values, 0)).toBe(10);
  expect(values).toEqual([30, 10, 20, 40, 50]);
});

test('p99 of few measurements is the greatest one, so that it never looks better than it was', () => {
  expect(summarize([1, 2, 1_000])).toEqual({ p50: 2, p95: 1_000, p99: 1_000, max: 1_000, n: 3 });
});

test('a percentile of no values is not zero', () => {
  expect(median([])).toBeNaN();
  expect(summarize([]).n).toBe(0);
});
