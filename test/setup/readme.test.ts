import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { protocolTables } from '../../ops/kit/protocolTables.ts';
import { settingsTable } from '../../ops/run/settings/settingsTable.ts';

test('the README shows every setting correctly (node ops/run/settings/settingsTable.ts prints the table)', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(unaligned(readme)).toContain(unaligned(settingsTable()));
});

test('docs/protocol.md shows every message as it is (node ops/kit/protocolTables.ts prints that part)', () => {
  const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
  expect(page).toContain(protocolTables());
});

/** The formatter aligns the columns of a table. */
function unaligned(text: string): string {
  return text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');
}
