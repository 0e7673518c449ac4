import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('the first restarts come at once, later ones after growing pauses of at most 10 s', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 50].map(backoffMs)).toEqual([0, 0, 0, 250, 1000, 4000, 10_000, 10_000, 10_000]);
});
