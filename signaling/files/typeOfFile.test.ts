import { expect, it } from 'vitest';
import { isAllowed, typeOfFile } from './typeOfFile.ts';

async function* contentOf(...parts: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* parts;
}

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

it.each<[string, Uint8Array[], string]>([
  ['a picture', [PNG], 'image/png'],
  ['a picture in many pieces', [...PNG].map((byte) => Uint8Array.of(byte)), 'image/png'],
  ['a document', [Buffer.from('%PDF-1.7\n')], 'application/pdf'],
  ['a program', [Buffer.from('MZ'), Buffer.alloc(100)], 'application/x-msdownload'],
  ['a page of the web', [Buffer.from('<!doctype html><script>alert(1)</script>')], 'text/plain'],
  ['a text whose last character is cut in two', [Buffer.from('grün').subarray(0, 3)], 'text/plain'],
  ['nothing', [], 'text/plain'],
  ['bytes that nobody knows', [Uint8Array.of(0, 159, 146, 150)], 'application/octet-stream'],
])('the type of %s is seen in its content', async (_, parts, type) => {
  expect(await typeOfFile(contentOf(...parts))).toBe(type);
});

it('a list of types has types, families of types, or all', () => {
  expect(isAllowed('image/png', ['image/*'])).toBe(true);
  expect(isAllowed('imagery/png', ['image/*'])).toBe(false);
  expect(isAllowed('application/pdf', ['image/*', 'application/pdf'])).toBe(true);
  expect(isAllowed('application/pdfx', ['application/pdf'])).toBe(false);
  expect(isAllowed('application/x-msdownload', ['*/*'])).toBe(true);
});
