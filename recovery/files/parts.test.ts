import { expect, it } from 'vitest';
import { newPartKey, toPart, toStretches } from './parts.ts';

const part = (begin: number, end: number) => {
  const key = newPartKey('folder/file/', begin, end);
  return { key, begin, end };
};

it('the part that ends last is the first of a list', () => {
  const parts = [part(0, 9), part(9, 10), part(10, 1_000_000_000), part(5, 7)];
  const first = parts.map(({ key }) => key).toSorted()[0] ?? '';
  expect(toPart(first)).toEqual({ key: first, begin: 10, end: 1_000_000_000 });
  expect(toPart('folder/file/about')).toBeNull();
});

it('a file is put together from parts that overlap, where servers wrote at the same time', () => {
  const [whole, cut, rest, late] = [part(0, 100), part(100, 140), part(140, 200), part(100, 170)];
  const stretches = toStretches([rest, late, cut, whole], 200);
  expect(stretches).toEqual([
    { key: whole.key, from: 0, to: 100 },
    { key: late.key, from: 0, to: 70 },
    { key: rest.key, from: 30, to: 60 },
  ]);
  expect(toStretches([], 0)).toEqual([]);
});

it('a file with a hole is no file', () => {
  expect(() => toStretches([part(0, 10), part(11, 20)], 20)).toThrow('of a file of 20 bytes there are only 10');
});
