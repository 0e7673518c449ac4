import { expect, it } from 'vitest';
import { securityHeaders } from './securityHeaders.ts';

it('browsers are told to stay with https only where they came by it', () => {
  expect(securityHeaders('https://meet.example.org')).toMatchObject({
    'strict-transport-security': 'max-age=31536000',
    'content-security-policy': expect.stringContaining("connect-src 'self' https: wss:;"),
  });
  expect(securityHeaders('http://localhost:3000')).not.toHaveProperty('strict-transport-security');
});
