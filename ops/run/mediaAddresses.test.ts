import { describe, expect, test } from 'vitest';
import { parseConfig } from './config.ts';
import type { Machine } from './machine.ts';
import { describeMediaAddresses } from './mediaAddresses.ts';

const machine: Machine = {
  cores: 2,
  memoryMb: 4_096,
  name: 'box',
  addresses: ['127.0.0.1', '192.168.1.5'],
  networkAddress: '192.168.1.5',
  folder: '/srv/everroom',
};
const secrets = () => ({ apiKey: '', apiSecret: '', tokenSecret: '', sidecarSecret: '' });
const parse = (env: Record<string, string>) => parseConfig(env, '', machine, secrets);
const listen = (addresses: string) => parse({ ANNOUNCED_ADDRESS: addresses }).media.listen;

describe('announced addresses', () => {
  test('an address of the machine gets its own socket, and others lead to the first of these', () => {
    expect(listen('203.0.113.7, 192.168.1.5, meet.example.org:50000')).toEqual([
      { ip: '192.168.1.5', also: [{ address: '203.0.113.7' }, { address: 'meet.example.org', port: 50_000 }] },
    ]);
    expect(listen('127.0.0.1,192.168.1.5')).toEqual([{ ip: '127.0.0.1' }, { ip: '192.168.1.5' }]);
  });

  test('without an address of the machine the socket listens on all of them', () => {
    expect(listen('203.0.113.7:50000,[2001:db8::1]:443')).toEqual([
      {
        ip: '0.0.0.0',
        announcedAddress: '203.0.113.7',
        announcedPort: 50_000,
        also: [{ address: '2001:db8::1', port: 443 }],
      },
    ]);
  });

  test.each(['http://meet.example.org', '203.0.113.7:70000', '[203.0.113.7', '192.168.1.5,,', 'a b'])(
    '%s is refused',
    (addresses) => {
      expect(() => listen(addresses)).toThrow('ANNOUNCED_ADDRESS has "');
    },
  );
});

describe('what the start says', () => {
  const said = (env: Record<string, string> = {}) => describeMediaAddresses(parse(env));

  test('the start names every address that clients get, with its ports', () => {
    expect(said()).toEqual({
      told: 'Media: UDP and TCP to 192.168.1.5:40000-40003, 127.0.0.1:40000-40003',
      warnings: [],
    });
    expect(said({ ANNOUNCED_ADDRESS: '203.0.113.7:443', WORKERS: '1' }).told).toBe(
      'Media: UDP and TCP to 203.0.113.7:443-444',
    );
  });

  test('the start warns of a public page whose media only the own network reaches, unless there is a relay', () => {
    const page = { NODE_URL: 'https://meet.example.org' };
    expect(said(page).warnings).toEqual([expect.stringContaining('Add the public address to ANNOUNCED_ADDRESS')]);
    expect(said({ ...page, ANNOUNCED_ADDRESS: '192.168.1.5,198.51.100.7' }).warnings).toEqual([]);
    expect(said({ ...page, TURN_URLS: 'turn:a.example.org', TURN_SECRET: 'x'.repeat(32) }).warnings).toEqual([]);
    expect(said({ NODE_URL: 'https://192.168.1.5:3000' }).warnings).toEqual([]);
  });

  test('the start warns of media that only the machine itself reaches', () => {
    const warnings = said({ ANNOUNCED_ADDRESS: '127.0.0.1', NODE_URL: 'https://192.168.1.5:3000' }).warnings;
    expect(warnings).toEqual([expect.stringContaining('this machine alone')]);
  });
});
