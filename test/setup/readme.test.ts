import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settingsTable } from '../../ops/run/settingsTable.ts';

test('the README shows every setting as it is (node ops/run/settingsTable.ts prints the table)', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(unaligned(readme)).toContain(unaligned(settingsTable()));
});

/** The formatter aligns the columns of a table. */
function unaligned(text: string): string {
  return text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');
}
