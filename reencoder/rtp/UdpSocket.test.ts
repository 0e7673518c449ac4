import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../test/support/waitUntil.ts';
import { MediaPortUnavailable, UdpSocket } from './UdpSocket.ts';

const LOOPBACK = '127.0.0.1';
const opened: UdpSocket[] = [];

async function open(options: Partial<Parameters<typeof UdpSocket.open>[0]> = {}): Promise<UdpSocket> {
  const socket = await UdpSocket.open({ address: LOOPBACK, ...options });
  opened.push(socket);
  return socket;
}

afterEach(() => {
  for (const socket of opened.splice(0)) socket.close();
});

describe('UdpSocket', () => {
  it('a UDP socket exchanges packets with its peer and ignores everybody else', async () => {
    const [a, b, stranger] = [await open(), await open(), await open()];
    const heard: string[] = [];
    await b.connect(a, (datagram) => heard.push(datagram.toString()));
    await a.connect(b, () => undefined);
    await stranger.connect(b, () => undefined);
    stranger.send(Buffer.from('stranger'));
    a.send(Buffer.from('peer'));
    await waitUntil(() => heard.length > 0 || 'nothing heard');
    expect(heard).toEqual(['peer']);
    expect(b.stats()).toMatchObject({ received: 1 });
  });

  it('a UDP socket works with IPv6', async () => {
    const [a, b] = [await open({ address: '::1' }), await open({ address: '::1' })];
    const heard: string[] = [];
    await b.connect({ address: '0:0:0:0:0:0:0:1', port: a.port }, (datagram) => heard.push(datagram.toString()));
    await a.connect(b, () => undefined);
    a.send(Buffer.from('six'));
    await waitUntil(() => heard.length > 0 || 'nothing heard');
  });

  it('a UDP socket never throws on sending, even if it is not connected, closed, or without its peer', async () => {
    const [a, b] = [await open(), await open()];
    a.send(Buffer.from('nobody'));
    expect(a.stats()).toMatchObject({ sent: 0, dropped: 1 });
    await a.connect(b, () => undefined);
    b.close();
    await waitUntil(() => {
      a.send(Buffer.from('gone'));
      return a.stats().errors > 0 || 'no error was reported';
    });
    a.close();
    a.close();
    a.send(Buffer.from('closed'));
    expect(a.stats().dropped).toBe(2);
  });

  it('a UDP socket takes a free port of its range and fails if there is none', async () => {
    const probe = await open();
    const ports = { min: probe.port, max: probe.port + 1 };
    const second = await open({ ports });
    expect(second.port).toBe(probe.port + 1);
    await expect(open({ ports })).rejects.toThrow(MediaPortUnavailable);
    await expect(open({ address: '203.0.113.1' })).rejects.toThrow(MediaPortUnavailable);
  });
});
