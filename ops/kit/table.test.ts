import { expect, test } from 'vitest';
import { formatTable } from './table.ts';

test('a table sets words to the left, figures to the right, with as many digits as they deserve', () => {
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
