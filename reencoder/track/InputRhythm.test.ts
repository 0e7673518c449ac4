import { expect, test } from 'vitest';
import { InputRhythm } from './InputRhythm.ts';

function rhythmOf(intervalMs: number): InputRhythm {
  const rhythm = new InputRhythm();
  for (let at = 0; at <= 6_000; at += intervalMs) rhythm.frame(at);
  return rhythm;
}

test('a request waits for the next frame while frames come', () => {
  const rhythm = rhythmOf(30);
  expect(rhythm.patienceMs(6_001)).toBe(40);
  expect(rhythm.patienceMs(6_035)).toBe(25);
});

test('a request is answered with the last picture if the input is silent or too slow to wait for', () => {
  expect(rhythmOf(30).patienceMs(6_060)).toBe(0);
  expect(rhythmOf(200).patienceMs(6_010)).toBe(0);
  expect(rhythmOf(200).patienceMs(6_040)).toBe(0);
  expect(new InputRhythm().patienceMs(5)).toBe(0);
});
