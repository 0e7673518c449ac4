import { expect, test } from 'vitest';
import { holdForMs } from './holdForViewers.ts';

test('a producer is let go when every viewer is ready, or when there is none', () => {
  expect(holdForMs({ heldForMs: 0, firstReadyForMs: null, missing: 0 })).toBe(0);
  expect(holdForMs({ heldForMs: 60, firstReadyForMs: 10, missing: 0 })).toBe(0);
});

test('viewers that are ready wait for the others as long as they took themselves, within bounds', () => {
  expect(holdForMs({ heldForMs: 50, firstReadyForMs: 0, missing: 1 })).toBe(120);
  expect(holdForMs({ heldForMs: 200, firstReadyForMs: 0, missing: 1 })).toBe(200);
  expect(holdForMs({ heldForMs: 900, firstReadyForMs: 0, missing: 1 })).toBe(300);
  expect(holdForMs({ heldForMs: 180, firstReadyForMs: 130, missing: 1 })).toBe(0);
});

test('nobody is waited for longer than two seconds', () => {
  expect(holdForMs({ heldForMs: 1_900, firstReadyForMs: null, missing: 3 })).toBe(100);
  expect(holdForMs({ heldForMs: 2_000, firstReadyForMs: null, missing: 3 })).toBe(0);
});
