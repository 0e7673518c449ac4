import { expect, test } from 'vitest';
import { qualityOf } from './connectionQuality.ts';

test('the worse direction sets the quality of a connection; an idle direction does not count', () => {
  expect(qualityOf({ iceConnected: true, sent: [], silent: 0, received: [0, 0] })).toBe(3);
  expect(qualityOf({ iceConnected: true, sent: [10, 0], silent: 0, received: [10, 9] })).toBe(3);
  expect(qualityOf({ iceConnected: true, sent: [10], silent: 0, received: [7, 8] })).toBe(2);
  expect(qualityOf({ iceConnected: true, sent: [3], silent: 0, received: [10] })).toBe(1);
  expect(qualityOf({ iceConnected: false, sent: [10], silent: 0, received: [10] })).toBe(0);
});

test('a camera that should send and does not never goes with perfect quality', () => {
  expect(qualityOf({ iceConnected: true, sent: [10, 0], received: [10], silent: 1 })).toBe(1);
});
