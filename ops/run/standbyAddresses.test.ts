import { expect, test } from 'vitest';
import { standbyAddresses } from './standbyAddresses.ts';

const cluster = { internalUrl: 'http://192.168.1.5:3000', mediaAddress: '192.168.1.5', region: null };
const http = {
  host: '0.0.0.0',
  port: 3000,
  publicUrl: 'http://localhost:3000',
  standbyPorts: [40_008, 40_009],
  standbyUrls: [],
  frameAncestors: [],
  tls: null,
  metrics: null,
} as const;

test('browsers and nodes find a server that stands by at its own port, on the host of the page', () => {
  const internalUrl = 'http://192.168.1.5:40009';
  expect(standbyAddresses({ http, cluster }, 1)).toEqual({ url: 'http://localhost:40009', internalUrl });
  const tls = { certFile: '/cert.pem', keyFile: '/key.pem' };
  const secure = { ...http, publicUrl: 'https://meet.example.org', tls };
  expect(standbyAddresses({ http: secure, cluster }, 1)?.url).toBe('https://meet.example.org:40009');
});

test('a page that a proxy gives over TLS finds it only at the URLs that are set', () => {
  const proxied = { ...http, publicUrl: 'https://meet.example.org' };
  expect(standbyAddresses({ http: proxied, cluster }, 0)).toBeNull();
  const named = { ...proxied, standbyUrls: ['https://a.example.org', 'https://b.example.org'] };
  expect(standbyAddresses({ http: named, cluster }, 1)?.url).toBe('https://b.example.org');
});
