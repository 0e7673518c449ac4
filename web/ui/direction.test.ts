import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const WEB = join(import.meta.dirname, '..');
const FILES = globSync('**/*.css', { cwd: WEB, exclude: (name) => name === 'node_modules' });

/** What names a side of the window, though the page may be written from either side. */
const SIDES = [
  /(?:margin|padding|border)-(?:left|right)\b.*/gu,
  /(?:^|[\s;{])(?:left|right):(?! 50%).*/gmu,
  /text-align: (?:left|right).*/gu,
  /border-(?:top|bottom)-(?:left|right)-radius.*/gu,
  /(?:float|clear): (?:left|right).*/gu,
];

function sidesIn(style: string): string[] {
  return SIDES.flatMap((side) => [...style.matchAll(side)].map(([text]) => text.trim()));
}

it('the page can be written from right to left: its styles name no side', () => {
  const found = FILES.flatMap((file) => {
    return sidesIn(readFileSync(join(WEB, file), 'utf8')).map((text) => `${file}: ${text}`);
  });
  expect(FILES).not.toEqual([]);
  expect(found).toEqual([]);
});

it.each(['margin-left: 4px;', '{ left: 0; }', 'text-align: right;'])(
  'a style that names a side is found: %s',
  (style) => {
    expect(sidesIn(style)).toHaveLength(1);
  },
);
