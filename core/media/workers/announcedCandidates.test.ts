import { expect, test } from 'vitest';
import type { IceCandidate } from '../rtpTypes.ts';
import { announcedCandidates, type MediaListen } from './announcedCandidates.ts';

const PRIORITY = { udp: 1_076_302_079, tcp: 1_076_276_479 };

function bound(...addresses: string[]): IceCandidate[] {
  return addresses.flatMap((address) =>
    (['udp', 'tcp'] as const).map((protocol) => ({
      foundation: `${protocol}candidate`,
      priority: PRIORITY[protocol],
      ip: address,
      address,
      protocol,
      port: 40_001,
      type: 'host' as const,
      ...(protocol === 'tcp' ? { tcpType: 'passive' as const } : {}),
    })),
  );
}

function told(listen: readonly MediaListen[], ...addresses: string[]): string[] {
  return announcedCandidates(bound(...addresses), listen, 40_000).map(
    ({ protocol, address, port }) => `${protocol} ${address}:${port}`,
  );
}

test('an address of the machine is told as it is bound', () => {
  expect(told([{ ip: '192.168.1.5' }, { ip: '127.0.0.1' }], '192.168.1.5', '127.0.0.1')).toEqual([
    'udp 192.168.1.5:40001',
    'tcp 192.168.1.5:40001',
    'udp 127.0.0.1:40001',
    'tcp 127.0.0.1:40001',
  ]);
});

test('several addresses lead to one socket, each by its own port, which counts up with the media ports', () => {
  const listen = [{ ip: '192.168.1.5', also: [{ address: '203.0.113.7' }, { address: 'meet.example', port: 443 }] }];
  expect(told(listen, '192.168.1.5').filter((way) => way.startsWith('udp'))).toEqual([
    'udp 192.168.1.5:40001',
    'udp 203.0.113.7:40001',
    'udp meet.example:444',
  ]);
});

test('an announced address and port stand in place of the bound ones', () => {
  const listen = [{ ip: '0.0.0.0', announcedAddress: '203.0.113.7', announcedPort: 50_000 }];
  expect(told(listen, '203.0.113.7')).toEqual(['udp 203.0.113.7:50001', 'tcp 203.0.113.7:50001']);
});

test('no two candidates have the same priority, and what is named first is preferred', () => {
  const listen = [{ ip: '192.168.1.5', also: [{ address: '203.0.113.7' }] }];
  const priorities = announcedCandidates(bound('192.168.1.5'), listen, 40_001).map(({ priority }) => priority);
  expect(new Set(priorities).size).toBe(4);
  expect(priorities[0]).toBeGreaterThan(priorities[2] ?? Number.POSITIVE_INFINITY);
});
