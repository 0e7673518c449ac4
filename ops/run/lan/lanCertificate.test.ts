import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepLanCertificate } from './lanCertificate.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'everroom-lan-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DAY_MS = 24 * 3_600_000;
const now = Date.now();

function keep(address: string, at = now): string {
  const { certFile, keyFile } = keepLanCertificate(folder, address, at);
  const cert = readFileSync(certFile, 'utf8');
  createSecureContext({ cert, key: readFileSync(keyFile) });
  return cert;
}

test('a certificate is kept while its address stays, and replaced before it ends', () => {
  const first = keep('192.168.1.5');
  expect(statSync(join(folder, 'tls', 'lan.key')).mode & 0o077).toBe(0);
  expect(keep('192.168.1.5', now + 366 * DAY_MS)).toBe(first);
  expect(keep('192.168.1.5', now + 368 * DAY_MS)).not.toBe(first);
});

test('another address, and a damaged file, bring a new certificate', () => {
  const first = keep('192.168.1.5');
  const second = keep('192.168.1.6');
  expect(second).not.toBe(first);
  writeFileSync(join(folder, 'tls', 'lan.key'), 'half a k');
  expect(keep('192.168.1.6')).not.toBe(second);
});
