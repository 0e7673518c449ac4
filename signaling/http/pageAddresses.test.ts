import { expect, it } from 'vitest';
import { toReturnPath } from './pageAddresses.ts';

it('whoever signs in comes back to a page of this site, and to no other', () => {
  for (const path of ['/', '/r/abc-defg-hij', '/r/caf%C3%A9', '/test']) expect(toReturnPath(path)).toBe(path);
  const elsewhere = [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/r//evil.example',
    '/r/x?next=//evil.example',
    '/r/x/../../api',
    '/r/\\evil',
    '/r/x\n',
    '/api/rooms',
    'r/x',
    '',
    `/r/${'x'.repeat(600)}`,
  ];
  for (const path of elsewhere) expect(toReturnPath(path), path).toBe('/');
  expect(toReturnPath(null)).toBe('/');
});
