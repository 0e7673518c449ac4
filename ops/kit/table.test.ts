import { expect, test } from 'vitest';
import { cut, plainText, widthOf, wrapped } from './plainText.ts';
import { type Column, formatTable, table } from './table.ts';

interface Person {
  readonly name: string;
  readonly age: number;
  readonly town: string;
}

const COLUMNS: readonly Column<Person>[] = [
  { heading: 'name', cell: ({ name }) => name, least: 5 },
  { heading: 'age', cell: ({ age }) => age, right: true },
  { heading: 'town', cell: ({ town }) => town, spare: 1 },
];
const PEOPLE: readonly Person[] = [
  { name: 'Ada Lovelace', age: 36, town: 'London' },
  { name: '東京の田中', age: 7, town: 'Tokyo' },
];

test('a table aligns words to the left and figures to the right, also for wide letters', () => {
  expect(table(COLUMNS, PEOPLE, 80)).toBe(
    ['name          age  town', 'Ada Lovelace   36  London', '東京の田中      7  Tokyo'].join('\n'),
  );
});

test('a narrow terminal shortens what may shrink, after it has left out what it can spare', () => {
  expect(table(COLUMNS, PEOPLE, 20)).toBe(
    ['name     age  town', 'Ada Lo…   36  London', '東京の…    7  Tokyo'].join('\n'),
  );
  expect(table(COLUMNS, PEOPLE, 12)).toBe(['name     age', 'Ada Lo…   36', '東京の…    7'].join('\n'));
  for (let width = 10; width < 40; width += 1) {
    for (const line of table(COLUMNS, PEOPLE, width).split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width);
  }
});

test('a name cannot give orders to the terminal, break a line or turn its direction', () => {
  const name = 'Eve\u001b[2J\u001b]0;owned\u0007\r\n\u202e\u009b1A';
  const shown = table(COLUMNS, [{ name, age: 1, town: '' }], 80);
  expect(shown.split('\n')).toHaveLength(2);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
  expect(shown.replace('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  expect(plainText('plain')).toBe('plain');
});

test('a text is cut between what people see as letters', () => {
  expect(cut('👨‍👩‍👧 family', 4)).toBe('👨‍👩‍👧 …');
  expect(cut('é́x', 1)).toBe('…');
  expect(cut('abc', 3)).toBe('abc');
  expect(widthOf('👨‍👩‍👧')).toBe(2);
});

test('a long text is broken between words', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapped('a-word-of-its-own is', 5)).toEqual(['a-word-of-its-own', 'is']);
  expect(wrapped('', 5)).toEqual(['']);
});

test('a table of figures has a line under its headings, and as many digits as they need', () => {
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
