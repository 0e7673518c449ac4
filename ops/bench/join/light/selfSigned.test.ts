import { createPublicKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSelfSigned } from './selfSigned.ts';

test('a certificate is one that others can read, signed by its own key', () => {
  const now = Date.parse('2030-02-03T04:05:06Z');
  const { der, privateKey, fingerprint } = createSelfSigned('light client', now);
  const read = new X509Certificate(der);
  expect(read.subject).toBe('CN=light client');
  expect(read.issuer).toBe(read.subject);
  expect(Date.parse(read.validFrom)).toBe(now - 86_400_000);
  expect(Date.parse(read.validTo)).toBe(now + 86_400_000);
  expect(read.fingerprint256).toBe(fingerprint);
  expect(read.verify(createPublicKey(privateKey))).toBe(true);
  expect(read.checkPrivateKey(privateKey)).toBe(true);
});
