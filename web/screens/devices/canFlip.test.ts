import { expect, it } from 'vitest';
import { canFlip } from './canFlip.ts';

const camera = (label: string) => ({ label });

it('a camera can be flipped where cameras look both ways, and on phones that do not name theirs', () => {
  const both = [camera('camera2 1, facing front'), camera('camera2 0, facing back')];
  expect(canFlip(both, false)).toBe(true);
  expect(canFlip([camera('Logitech C920'), camera('OBS Virtual Camera')], false)).toBe(false);
  expect(canFlip([], true)).toBe(true);
  expect(canFlip([camera('Kamera 1'), camera('Kamera 2')], true)).toBe(true);
  expect(canFlip([camera('Front Camera')], true)).toBe(false);
  expect(canFlip([], false)).toBe(false);
});
