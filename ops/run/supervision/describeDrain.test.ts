import { expect, test } from 'vitest';
import { describeDrain } from './describeDrain.ts';

test('an operator hears who was left behind by a drain, and what becomes of them', () => {
  expect(describeDrain({ people: 0, moved: 0, problem: 'no other node' })).toBeNull();
  expect(describeDrain({ people: 3, moved: 3, problem: null })).toBe('everybody has gone over: 3 people');
  expect(describeDrain({ people: 1, moved: 0, problem: 'no other node' })).toContain('1 person must wait');
  expect(describeDrain({ people: 5, moved: 3, problem: 'time is over' })).toContain('2 of 5 people had not gone over');
  expect(describeDrain({ people: 5, moved: 4, problem: 'cannot move' })).toContain('1 of 5 people cannot go over');
});
