import { expect, it } from 'vitest';
import { formatBytes } from './formatBytes.ts';

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_000, '1 kB'],
  [48_213, '48 kB'],
  [1_250_000, '1.3 MB'],
  [100_000_000, '100 MB'],
  [2_000_000_000, '2 GB'],
])('a size of %i bytes is %j', (bytes, shown) => {
  expect(formatBytes(bytes, 'en')).toBe(shown);
});

it('sizes are written as in the language', () => {
  expect(formatBytes(1_500_000, 'de')).toBe('1,5 MB');
});
