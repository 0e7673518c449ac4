import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import proxyAddr from 'proxy-addr';

/** Ranges that have a name. */
const NAMED = ['loopback', 'linklocal', 'uniquelocal'];

/** Finds the address that a request really came from. */
export class ClientAddresses {
  readonly #trusts: (address: string, hops: number) => boolean;

  /**
   * `trustedProxies`: addresses, CIDR ranges, or names of ranges, whose X-Forwarded-For is believed.
   * @throws TypeError when an entry is none of these; the message names it
   */
  constructor(trustedProxies: readonly string[]) {
    for (const entry of trustedProxies) {
      // The library also takes old ways to write an address: 10 for 0.0.0.10.
      if (!NAMED.includes(entry) && isIP(entry.split('/', 1)[0] ?? '') === 0) {
        throw new TypeError(`invalid IP address: ${entry}`);
      }
    }
    this.#trusts = proxyAddr.compile([...trustedProxies]);
  }

  /** Returns whether the X-Forwarded-For of this peer is believed. */
  trusts(peerAddress: string): boolean {
    return this.#trusts(peerAddress, 0);
  }

  /** Returns the last address in the chain of proxies that is not a trusted proxy itself; normalized. */
  of(peerAddress: string, forwardedFor: string | undefined): string {
    // The library reads only these fields of a request.
    const request = { socket: { remoteAddress: peerAddress }, headers: { 'x-forwarded-for': forwardedFor } };
    const chain = proxyAddr.all(request as unknown as IncomingMessage, this.#trusts);
    return normalize(chain.findLast((address) => isIP(address) !== 0) ?? peerAddress);
  }
}

/** Returns the unit that limits count by: an IPv4 address, or the /64 that an IPv6 host can pick addresses from. */
export function limitKey(address: string): string {
  if (isIP(address) !== 6) return address;
  return ipaddr.IPv6.parse(address)
    .parts.slice(0, 4)
    .map((part) => part.toString(16))
    .join(':');
}

/** Returns the /48 around the /64 of a limit key, or the IPv4 address itself. */
export function netOf(key: string): string {
  return key.includes(':') ? key.split(':').slice(0, 3).join(':') : key;
}

/** Writes IPv6 in its short form without a zone, and IPv4 from an IPv6 socket as IPv4. */
function normalize(address: string): string {
  if (isIP(address) === 0) return address;
  return ipaddr.process(address.split('%', 1)[0] ?? '').toString();
}
