import { expect, test } from 'vitest';
import { describeMediaBlocked } from './mediaBlocked.ts';

const both = ['udp', 'tcp'];

test('the message about blocked media names what is blocked', () => {
  const ways = [{ protocols: both, address: '192.0.2.1', port: 40_000 }];
  expect(describeMediaBlocked({ ways, relays: [] }).blocked).toBe('UDP and TCP to 192.0.2.1:40000 are blocked.');
});

test('the message about blocked media leaves out the loopback of the server, and names relays', () => {
  const ways = [
    { protocols: both, address: '192.168.1.5', port: 40_000 },
    { protocols: both, address: '2001:db8::1', port: 443 },
    { protocols: both, address: '127.0.0.1', port: 40_000 },
  ];
  expect(describeMediaBlocked({ ways, relays: ['turn.example.org:3478'] }).blocked).toBe(
    'UDP and TCP to 192.168.1.5:40000 and [2001:db8::1]:443 are blocked, and the relay turn.example.org:3478 does not help.',
  );
  expect(describeMediaBlocked({ ways: ways.slice(2), relays: [] }).blocked).toContain('127.0.0.1:40000');
});
