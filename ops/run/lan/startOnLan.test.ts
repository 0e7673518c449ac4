import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseConfig } from '../config.ts';
import type { Machine } from '../machine.ts';
import { startOnLan } from './startOnLan.ts';

const folder = mkdtempSync(join(tmpdir(), 'everroom-lan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const machine: Machine = {
  cores: 1,
  memoryMb: 1_024,
  name: 'box',
  addresses: [],
  networkAddress: '192.168.1.5',
  folder,
};
const secrets = () => ({ apiKey: '', apiSecret: '', tokenSecret: '', sidecarSecret: '' });

function start(env: Record<string, string>, here = machine) {
  return startOnLan(parseConfig(env, '', here, secrets), here, (name) => name in env);
}

test('--lan announces the network address over https, or the one that HOST names', () => {
  expect(start({ PORT: '4000' }).env).toEqual({
    TLS_CERT: join(folder, 'data/tls/lan.crt'),
    TLS_KEY: join(folder, 'data/tls/lan.key'),
    NODE_URL: 'https://192.168.1.5:4000',
  });
  expect(start({ HOST: '10.0.0.7' }).env.NODE_URL).toBe('https://10.0.0.7:3000');
});

test('--lan is refused where it cannot work, and says why', () => {
  expect(() => start({ NODE_URL: 'https://meet.example.org' })).toThrow('NODE_URL and --lan do not go together');
  expect(() => start({ HOST: '127.0.0.1' })).toThrow('HOST 127.0.0.1 is this machine alone');
  expect(() => start({}, { ...machine, networkAddress: undefined })).toThrow('this machine has none');
});
