import { expect, test } from 'vitest';
import { formatTable } from './table.ts';

test('a table aligns words to the left and figures to the right, with as many digits as they need', () => {
  const table = formatTable(
    ['what', 'per s'],
    [
      ['append', 12_345.6],
      ['a longer name', 0.012_345],
      ['nothing measured', Number.NaN],
    ],
  );
  expect(table.split('\n')).toEqual([
    'what               per s',
    '----------------  ------',
    'append            12,346',
    'a longer name     0.0123',
    'nothing measured       –',
  ]);
});
