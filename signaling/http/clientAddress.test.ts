import { describe, expect, it } from 'vitest';
import { ClientAddresses, limitKey } from './clientAddress.ts';

describe("a client's address", () => {
  const addresses = new ClientAddresses(['127.0.0.0/8', '::1', '10.0.0.0/8']);

  it("a client's address is the last in the chain that is not a trusted proxy", () => {
    expect(addresses.of('192.0.2.1', '198.51.100.9')).toBe('192.0.2.1');
    expect(addresses.of('127.0.0.1', '198.51.100.9')).toBe('198.51.100.9');
    expect(addresses.of('10.1.2.3', '203.0.113.5, 198.51.100.9, 10.9.9.9')).toBe('198.51.100.9');
    expect(addresses.of('127.0.0.1', undefined)).toBe('127.0.0.1');
    expect(addresses.of('127.0.0.1', 'nonsense')).toBe('127.0.0.1');
    expect(addresses.of('10.1.2.3', '203.0.113.5, nonsense, 10.9.9.9')).toBe('10.9.9.9');
    expect(addresses.of('10.1.2.3', '10.4.5.6, 10.9.9.9')).toBe('10.4.5.6');
    expect(addresses.of('::ffff:10.1.2.3', '::ffff:198.51.100.9')).toBe('198.51.100.9');
    expect(addresses.of('', undefined)).toBe('');
    expect(addresses.of('', '198.51.100.9')).toBe('');
  });

  it('the address of a client is that of the peer when no proxy is trusted', () => {
    expect(new ClientAddresses([]).of('127.0.0.1', '198.51.100.9')).toBe('127.0.0.1');
  });

  it('a trusted proxy that is neither an address nor a range is refused', () => {
    for (const bad of ['proxy.example.org', '10', '10.0.0.0/33', '10.0.0.0/0', '10.0.0.0/', 'fd00::/129', '']) {
      expect(() => new ClientAddresses(['loopback', bad]), bad).toThrow(TypeError);
    }
    expect(new ClientAddresses(['fd00::/8', '192.0.2.7']).of('fd00::1', '192.0.2.7, 192.0.2.7')).toBe('192.0.2.7');
  });

  it("a client's address is written in one way, whatever the engine writes", () => {
    expect(addresses.of('0000:0000:0000:0000:0000:ffff:c000:0201', undefined)).toBe('192.0.2.1');
    expect(addresses.of('::ffff:192.0.2.1', undefined)).toBe('192.0.2.1');
    expect(addresses.of('2001:0db8:0000:0000:0000:0000:0000:0001', undefined)).toBe('2001:db8::1');
    expect(addresses.of('fe80::1%eth0', undefined)).toBe('fe80::1');
    expect(addresses.of('0000:0000:0000:0000:0000:0000:0000:0001', '192.0.2.9')).toBe('192.0.2.9');
  });

  it("a client's IPv6 address counts as its /64", () => {
    expect(limitKey('192.0.2.1')).toBe('192.0.2.1');
    expect(limitKey('2001:db8:1:2:3:4:5:6')).toBe(limitKey('2001:db8:1:2::99'));
    expect(limitKey('2001:db8:1:2::1')).not.toBe(limitKey('2001:db8:1:3::1'));
    expect(limitKey('::1')).toBe('0:0:0:0');
  });
});
