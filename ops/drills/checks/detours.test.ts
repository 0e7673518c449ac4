import { expect, test } from 'vitest';
import { detourOf } from './detours.ts';

const isSource = (producerId: string): boolean => producerId === 'source';
const frames = Array.from({ length: 100 }, (_, index) => index * 50);

test('a detour is measured from the fault to the first frame on each path', () => {
  const carried = [
    { at: 0, producerId: 'source' },
    { at: 480, producerId: 'reencoded' },
    { at: 1_210, producerId: 'source' },
    { at: 3_020, producerId: 'reencoded again' },
  ];
  expect(detourOf(frames, carried, isSource, 1_000)).toEqual({ fallbackMs: 250, returnMs: 2_050 });
});

test('a path that delivered no frame does not count', () => {
  const carried = [
    { at: 0, producerId: 'reencoded' },
    { at: 1_210, producerId: 'source' },
    { at: 1_220, producerId: 'reencoded again' },
  ];
  expect(detourOf(frames, carried, isSource, 1_000)).toEqual({ fallbackMs: null, returnMs: null });
});

test('a viewer that never came back has no return time', () => {
  const carried = [
    { at: 0, producerId: 'reencoded' },
    { at: 1_210, producerId: 'source' },
  ];
  expect(detourOf(frames, carried, isSource, 1_000)).toEqual({ fallbackMs: 250, returnMs: null });
});
