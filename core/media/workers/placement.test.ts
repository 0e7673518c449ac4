import { expect, test } from 'vitest';
import { placeParticipant } from './placement.ts';

const idle = { consumers: 0, usedByRoom: false };

test('a room stays on its worker while the worker has space', () => {
  expect(placeParticipant([idle, { consumers: 400, usedByRoom: true }], 20, 500)).toBe(1);
});

test('a room that outgrows its worker continues on the least loaded one', () => {
  const loads = [{ consumers: 490, usedByRoom: true }, { consumers: 30, usedByRoom: false }, idle];
  expect(placeParticipant(loads, 20, 500)).toBe(2);
});

test('a new room goes to the least loaded worker', () => {
  expect(placeParticipant([{ consumers: 3, usedByRoom: false }, idle], 0, 500)).toBe(1);
});

test('the least loaded worker takes more when all are full, so nobody is refused', () => {
  const full = [600, 510, 520].map((consumers) => ({ consumers, usedByRoom: true }));
  expect(placeParticipant(full, 20, 500)).toBe(1);
});
