import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOM = new URL('./', import.meta.url);
const MODEL = new URL('../../test/model/', import.meta.url);

const ids = [...readFileSync(new URL('RULES.md', ROOM), 'utf8').matchAll(/^\| ([A-Z][A-Z0-9-]*\d) +\|/gm)].map(
  ([, id]) => id,
);
const tests = [ROOM, MODEL]
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => readFileSync(new URL(name, folder), 'utf8')),
  )
  .join('\n');

describe('RULES.md', () => {
  it('every rule in RULES.md has its own id', () => {
    expect(ids.length).toBeGreaterThan(50);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(ids)('the rule %s is quoted by a test', (id) => {
    expect(tests).toContain(`[${id}]`);
  });
});
