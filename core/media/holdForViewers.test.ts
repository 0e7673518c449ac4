import { expect, test } from 'vitest';
import { holdForMs } from './holdForViewers.ts';

test('a producer is let go when every viewer is ready, or when there is none', () => {
  expect(holdForMs({ heldForMs: 0, firstReadyForMs: null, missing: 0 })).toBe(0);
  expect(holdForMs({ heldForMs: 60, firstReadyForMs: 10, missing: 0 })).toBe(0);
});

test('viewers that are ready wait a moment for the others', () => {
  expect(holdForMs({ heldForMs: 50, firstReadyForMs: 0, missing: 1 })).toBe(120);
  expect(holdForMs({ heldForMs: 900, firstReadyForMs: 50, missing: 1 })).toBe(70);
  expect(holdForMs({ heldForMs: 180, firstReadyForMs: 130, missing: 1 })).toBe(0);
});

test('nobody is waited for longer than two seconds', () => {
  expect(holdForMs({ heldForMs: 1_900, firstReadyForMs: null, missing: 3 })).toBe(100);
  expect(holdForMs({ heldForMs: 2_000, firstReadyForMs: null, missing: 3 })).toBe(0);
});
