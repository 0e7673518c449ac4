import { expect, test } from 'vitest';
import { holdBackMs } from './holdBackMs.ts';

function ready(firstForMs: number, lastForMs: number) {
  return { firstForMs, lastForMs };
}

test('a producer starts when every viewer is ready, or when there is none', () => {
  expect(holdBackMs({ heldBackForMs: 0, ready: null, missing: 0 })).toBe(0);
  expect(holdBackMs({ heldBackForMs: 60, ready: ready(10, 10), missing: 0 })).toBe(0);
});

test('viewers that are ready wait a moment for the next', () => {
  expect(holdBackMs({ heldBackForMs: 50, ready: ready(0, 0), missing: 1 })).toBe(250);
  expect(holdBackMs({ heldBackForMs: 900, ready: ready(50, 50), missing: 1 })).toBe(200);
  expect(holdBackMs({ heldBackForMs: 280, ready: ready(270, 250), missing: 1 })).toBe(0);
});

test('viewers that get ready one after the other wait longer, up to a limit', () => {
  expect(holdBackMs({ heldBackForMs: 400, ready: ready(100, 0), missing: 2 })).toBe(250);
  expect(holdBackMs({ heldBackForMs: 400, ready: ready(380, 0), missing: 2 })).toBe(20);
  expect(holdBackMs({ heldBackForMs: 500, ready: ready(400, 0), missing: 2 })).toBe(0);
});

test('a producer waits for nobody longer than two seconds', () => {
  expect(holdBackMs({ heldBackForMs: 1_900, ready: null, missing: 3 })).toBe(100);
  expect(holdBackMs({ heldBackForMs: 2_000, ready: null, missing: 3 })).toBe(0);
});
