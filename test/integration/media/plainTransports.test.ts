import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { createWorker, type types } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NoMediaPath, openPlainTransport, plainEndOf } from '../../../core/media/reencoding/openPlainTransport.ts';
import type { SrtpKey } from '../../../core/reencoding/messages.ts';

let worker: types.Worker;
let router: types.Router;

beforeAll(async () => {
  worker = await createWorker({ logLevel: 'error' });
  router = await worker.createRouter();
});
afterAll(() => worker.close());

function newKey(): SrtpKey {
  return { cryptoSuite: 'AEAD_AES_128_GCM', keyBase64: randomBytes(28).toString('base64') };
}

const ANYWHERE = { listen: [{ ip: '0.0.0.0', announcedAddress: '198.51.100.7' }], ports: null };
const OTHER_HOST = { address: '192.0.2.1', port: 5_004 };

test('media within one host travel unencrypted over loopback, wherever the node listens', async () => {
  for (const address of ['127.0.0.1', '127.8.8.8', '::1']) {
    const transport = await openPlainTransport(router, { address, port: 5_004, srtp: null }, ANYWHERE);
    const end = plainEndOf(transport);
    expect(end).toMatchObject({ address: address === '::1' ? '::1' : '127.0.0.1', srtp: null });
    expect(end.port).toBeGreaterThan(0);
    expect(transport.tuple).toMatchObject({ remotePort: 5_004 });
  }
});

describe('to another host', () => {
  test('media to another host are encrypted, with a key for each direction, at the announced address', async () => {
    const transport = await openPlainTransport(router, { ...OTHER_HOST, srtp: newKey() }, ANYWHERE);
    const end = plainEndOf(transport);
    expect(end.address).toBe('198.51.100.7');
    expect(end.srtp?.cryptoSuite).toBe('AEAD_AES_128_GCM');
    expect(Buffer.from(end.srtp?.keyBase64 ?? '', 'base64')).toHaveLength(28);
  });

  test('ports for another host come from the operator’s range', async () => {
    const ports = { min: 41_000, max: 41_003 };
    const opened = await Promise.all(
      [0, 1, 2, 3].map(() => openPlainTransport(router, { ...OTHER_HOST, srtp: newKey() }, { ...ANYWHERE, ports })),
    );
    expect(opened.map((transport) => plainEndOf(transport).port).sort()).toEqual([41_000, 41_001, 41_002, 41_003]);
    for (const transport of opened) transport.close();
  });

  test('no media goes unencrypted to another host', async () => {
    await expect(openPlainTransport(router, { ...OTHER_HOST, srtp: null }, ANYWHERE)).rejects.toThrow(NoMediaPath);
  });

  test('a node on loopback, in another address family, or with only a name has no path to another host', async () => {
    const far = { ...OTHER_HOST, srtp: newKey() };
    for (const listen of [
      [{ ip: '127.0.0.1' }],
      [{ ip: '::', announcedAddress: '2001:db8::1' }],
      [{ ip: '0.0.0.0', announcedAddress: 'meet.example' }],
    ]) {
      await expect(openPlainTransport(router, far, { listen, ports: null })).rejects.toThrow(NoMediaPath);
    }
  });

  test('an announced name does no harm if the address is known', async () => {
    const ip = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
    if (ip === undefined) return;
    const listen = [{ ip, announcedAddress: 'meet.example' }];
    const transport = await openPlainTransport(router, { ...OTHER_HOST, srtp: newKey() }, { listen, ports: null });
    expect(plainEndOf(transport).address).toBe(ip);
  });

  test('an invalid key is refused, and leaves nothing behind', async () => {
    const srtp = { ...newKey(), keyBase64: 'c2hvcnQ=' };
    const before = (await router.dump()).transportIds.length;
    await expect(openPlainTransport(router, { ...OTHER_HOST, srtp }, ANYWHERE)).rejects.toThrow();
    expect((await router.dump()).transportIds).toHaveLength(before);
  });
});
