import { expect, it } from 'vitest';
import { baseUrl } from './baseUrl.ts';

it('a node with a configured address uses it', () => {
  expect(baseUrl('https://meet.example.org', 'evil.example', undefined)).toBe('https://meet.example.org');
});

it('a node without a configured address is where the client found it', () => {
  const found = (host: string | undefined, proto?: string) => baseUrl('http://localhost:3000', host, proto);
  expect(found('192.168.1.7:3000')).toBe('http://192.168.1.7:3000');
  expect(found('meet.example.org', 'https')).toBe('https://meet.example.org');
  expect(baseUrl('https://localhost:3000', '192.168.1.7:3000', undefined)).toBe('https://192.168.1.7:3000');
  for (const host of [undefined, '', 'a b', 'x/y', 'user@x', 'x?y', 'x#y']) {
    expect(found(host)).toBe('http://localhost:3000');
  }
});

it('whoever came to the port for standing by is told the port of the page', () => {
  expect(baseUrl('http://localhost:3000', '192.168.1.7:40008', undefined, 40_008)).toBe('http://192.168.1.7:3000');
  expect(baseUrl('http://localhost:3000', '192.168.1.7:3000', undefined, 40_008)).toBe('http://192.168.1.7:3000');
});
