import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settingsTable } from '../../ops/settingsTable.ts';

test('the README shows every setting as it is (node ops/settingsTable.ts prints the table)', () => {
  expect(readFileSync(new URL('../../README.md', import.meta.url), 'utf8')).toContain(settingsTable());
});
