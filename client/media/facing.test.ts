import { expect, it } from 'vitest';
import { type Facing, facingOf } from './facing.ts';

const camera = (label: string, facingMode?: string) => ({
  label,
  getSettings: () => ({ ...(facingMode && { facingMode }) }),
});

it.each<[string, string | undefined, Facing | null]>([
  ['camera2 1, facing front', undefined, 'user'],
  ['camera2 0, facing back', undefined, 'environment'],
  ['Back Dual Wide Camera', undefined, 'environment'],
  ['FaceTime HD Camera', undefined, 'user'],
  ['Logitech C920', undefined, null],
  ['Backdrop 3000', undefined, null],
  ['camera2 0, facing back', 'user', 'user'],
])('the camera "%s" that reports %s looks at %s', (label, reported, facing) => {
  expect(facingOf(camera(label, reported))).toBe(facing);
});
