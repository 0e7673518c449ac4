import { BlockList, isIP } from 'node:net';

/** Finds out which address a request really came from. */
export class ClientAddresses {
  readonly #trusted = new BlockList();

  /** `trustedProxies`: addresses or CIDR ranges whose X-Forwarded-For is believed. */
  constructor(trustedProxies: readonly string[]) {
    for (const entry of trustedProxies) {
      const [address = '', prefix] = entry.split('/');
      const family = familyOf(address);
      if (prefix === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(prefix), family);
    }
  }

  /** The last address in the chain of proxies that is not itself a trusted proxy; normalized. */
  of(peerAddress: string, forwardedFor: string | undefined): string {
    let client = normalize(peerAddress);
    const chain = forwardedFor?.split(',') ?? [];
    while (this.#isTrusted(client)) {
      const before = normalize(chain.pop()?.trim() ?? '');
      if (isIP(before) === 0) break;
      client = before;
    }
    return client;
  }

  #isTrusted(address: string): boolean {
    return isIP(address) !== 0 && this.#trusted.check(address, familyOf(address));
  }
}

/** The unit in which limits are counted: an IPv4 address, or the /64 that an IPv6 host can pick addresses from. */
export function limitKey(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::', 2);
  const groups = head.split(':').filter(Boolean);
  const after = tail?.split(':').filter(Boolean) ?? [];
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0');
  return [...groups, ...zeros, ...after].slice(0, 4).join(':');
}

/** IPv6 in its short form, and IPv4 that came over an IPv6 socket as IPv4. */
function normalize(address: string): string {
  if (isIP(address) !== 6) return address;
  const short = new URL(`http://[${address.split('%', 1)[0]}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (!mapped) return short;
  const [high, low] = [Number.parseInt(mapped[1] ?? '0', 16), Number.parseInt(mapped[2] ?? '0', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
