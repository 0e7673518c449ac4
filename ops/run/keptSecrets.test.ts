import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptSecrets, keptSecretsIn } from './keptSecrets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'everroom-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('secrets are made once, and only their owner may read them', () => {
  const data = join(folder, 'data');
  const first = keptSecrets(data);
  expect(keptSecrets(data)).toEqual(first);
  expect(new Set([first.apiSecret, first.tokenSecret, first.sidecarSecret]).size).toBe(3);
  expect(statSync(join(data, 'secrets.json')).mode & 0o777).toBe(0o600);
  expect(readdirSync(data)).toEqual(['secrets.json']);
});

test('damaged secrets are not replaced without a word', () => {
  writeFileSync(join(folder, 'secrets.json'), '{"apiKey":');
  expect(() => keptSecrets(folder)).toThrow('is damaged');
});

test('a folder from before there were sidecars gives every process the same secret for them', () => {
  const old = { apiKey: 'key-1', apiSecret: 'a'.repeat(64), tokenSecret: 'b'.repeat(64) };
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify(old));
  const { sidecarSecret, ...rest } = keptSecrets(folder);
  expect(rest).toEqual(old);
  expect(sidecarSecret).toMatch(/^[0-9a-f]{64}$/);
  expect(keptSecretsIn(folder)?.sidecarSecret).toBe(sidecarSecret);
  expect(Object.values(old)).not.toContain(sidecarSecret);
});

test('a process that only looks for secrets makes none', () => {
  expect(keptSecretsIn(folder)).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});
