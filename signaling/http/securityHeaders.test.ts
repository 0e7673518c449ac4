import { expect, it } from 'vitest';
import { securityHeaders } from './securityHeaders.ts';

it('nobody shows the page in a frame but the origins that the operator names', () => {
  expect(securityHeaders('https://meet.example.org')).toMatchObject({
    'content-security-policy': expect.stringMatching(/frame-ancestors 'none'$/u),
    'x-frame-options': 'DENY',
  });
  const embedded = securityHeaders('https://meet.example.org', ['https://intranet.example.org', 'https://*.school.id']);
  expect(embedded['content-security-policy']).toMatch(
    /frame-ancestors https:\/\/intranet\.example\.org https:\/\/\*\.school\.id$/u,
  );
  expect(embedded).not.toHaveProperty('x-frame-options');
});

it('the page runs no script but its own, and nothing may be loaded from elsewhere', () => {
  const policy = String(securityHeaders('https://meet.example.org')['content-security-policy']);
  const sources = new Map(policy.split('; ').map((rule): [string, string] => [rule.split(' ')[0] ?? '', rule]));
  expect(sources.get('script-src')).toBe("script-src 'self' 'wasm-unsafe-eval'");
  expect(sources.get('style-src')).toBe("style-src 'self'");
  expect(sources.get('object-src')).toBe("object-src 'none'");
  const withHosts = [...sources].filter(([, rule]) => /(^| )(\*|https?:)/u.test(rule)).map(([name]) => name);
  expect(withHosts).toEqual(['connect-src']); // Nodes are found at run time.
  // WebAssembly of these files may run. No text becomes script, and no style is written into the page.
  expect(policy.replace("'wasm-unsafe-eval'", '')).not.toContain('unsafe');
});

it('browsers are told to stay with https only where they came by it', () => {
  expect(securityHeaders('https://meet.example.org')).toMatchObject({
    'strict-transport-security': 'max-age=31536000',
    'content-security-policy': expect.stringContaining("connect-src 'self' https: wss:;"),
  });
  expect(securityHeaders('http://localhost:3000')).not.toHaveProperty('strict-transport-security');
});
