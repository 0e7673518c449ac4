import { expect, it } from 'vitest';
import { timeLeft } from './timeLeft.ts';

it('the time left is never negative, and there is none without an end', () => {
  expect([timeLeft(65_000, 3_200), timeLeft(65_000, 70_000), timeLeft(null, 0)]).toEqual(['1:02', '0:00', null]);
});
