import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptSecrets } from './keptSecrets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'everroom-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('secrets are made once, and only their owner may read them', () => {
  const data = join(folder, 'data');
  const first = keptSecrets(data);
  expect(keptSecrets(data)).toEqual(first);
  expect(first.apiSecret).not.toBe(first.tokenSecret);
  expect(statSync(join(data, 'secrets.json')).mode & 0o777).toBe(0o600);
  expect(readdirSync(data)).toEqual(['secrets.json']);
});

test('damaged secrets are not replaced without a word', () => {
  writeFileSync(join(folder, 'secrets.json'), '{"apiKey":');
  expect(() => keptSecrets(folder)).toThrow('is damaged');
});
