import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import proxyAddr from 'proxy-addr';

/** Ranges that have a name. */
const NAMED = ['loopback', 'linklocal', 'uniquelocal'];

/** Finds out which address a request really came from. */
export class ClientAddresses {
  readonly #trusts: (address: string, hops: number) => boolean;

  /**
   * `trustedProxies`: addresses, CIDR ranges, or the names of ranges, whose X-Forwarded-For is believed.
   * @throws TypeError naming what is none of these.
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

  /** The last address in the chain of proxies that is not itself a trusted proxy; normalized. */
  of(peerAddress: string, forwardedFor: string | undefined): string {
    // All that the library reads of a request.
    const request = { socket: { remoteAddress: peerAddress }, headers: { 'x-forwarded-for': forwardedFor } };
    const chain = proxyAddr.all(request as unknown as IncomingMessage, this.#trusts);
    return normalize(chain.findLast((address) => isIP(address) !== 0) ?? peerAddress);
  }
}

/** The unit in which limits are counted: an IPv4 address, or the /64 that an IPv6 host can pick addresses from. */
export function limitKey(address: string): string {
  if (isIP(address) !== 6) return address;
  return ipaddr.IPv6.parse(address)
    .parts.slice(0, 4)
    .map((part) => part.toString(16))
    .join(':');
}

/** IPv6 in its short form and without a zone, and IPv4 that came over an IPv6 socket as IPv4. */
function normalize(address: string): string {
  if (isIP(address) === 0) return address;
  return ipaddr.process(address.split('%', 1)[0] ?? '').toString();
}
