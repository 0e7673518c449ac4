import { expect, test } from 'vitest';
import { KeyframeGate } from './KeyframeGate.ts';

test('many requests before a keyframe leaves get one keyframe, on the requested layer', () => {
  const gate = new KeyframeGate(3);
  gate.requested(1);
  gate.requested(1);
  expect([0, 1, 2].map((layer) => gate.ask(layer))).toEqual([false, true, false]);
  gate.requested(1); // The encoder has its picture.
  expect(gate.ask(1)).toBe(false);
  gate.sent(1);
  expect(gate.isOpen(1)).toBe(false);
  expect(gate.absorbed).toBe(3);
});

test('a request after a keyframe has left gets another one', () => {
  const gate = new KeyframeGate(1);
  gate.requested(0);
  gate.ask(0);
  gate.sent(0);
  gate.requested(0);
  expect(gate.ask(0)).toBe(true);
});

test('a requested keyframe that did not come is still owed', () => {
  const gate = new KeyframeGate(1);
  gate.requested(0);
  gate.ask(0);
  expect(gate.isOpen(0)).toBe(true);
});

test('a layer that returns begins with a keyframe without a request; a missing layer needs none', () => {
  const gate = new KeyframeGate(1);
  gate.want(0);
  gate.requested(4);
  gate.sent(4);
  expect([gate.ask(0), gate.isOpen(4), gate.absorbed]).toEqual([true, false, 0]);
});
