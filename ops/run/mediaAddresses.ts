import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { MediaListen } from '../../core/media/workers/announcedCandidates.ts';
import type { Machine } from './machine.ts';

/** Returns how many media ports there are: two servers of one deployment can run side by side. */
export function mediaPortsFor(workers: number): number {
  return 2 * workers;
}

interface Announced {
  readonly address: string;
  readonly port?: number;
}

/**
 * Without a setting, browsers on the machine and on its network each get an address that they reach. An announced
 * address of the machine itself gets its own socket, so that answers leave from the address that the packets came to.
 * Any other address (NAT, a name) leads to the first of these sockets, or, if there is none, to one that listens on all
 * addresses.
 */
export function mediaListen(
  announced: readonly Announced[] | undefined,
  { addresses, networkAddress }: Machine,
): MediaListen[] {
  if (!announced) return [...(networkAddress ? [networkAddress] : []), '127.0.0.1'].map((ip) => ({ ip }));
  const isOwn = ({ address }: Announced): boolean => addresses.includes(address);
  const [first, ...others] = announced.filter(isOwn);
  const foreign = announced.filter((entry) => !isOwn(entry));
  if (first) {
    const own = [first, ...others].map(({ address, port }) => ({
      ip: address,
      ...(port === undefined ? {} : { announcedPort: port }),
    }));
    return own.map((listen, place) => (place === 0 && foreign.length > 0 ? { ...listen, also: foreign } : listen));
  }
  const [named, ...also] = foreign;
  if (!named) return [];
  return [
    {
      ip: '0.0.0.0',
      announcedAddress: named.address,
      ...(named.port === undefined ? {} : { announcedPort: named.port }),
      ...(also.length > 0 ? { also } : {}),
    },
  ];
}

/** The parts of the configuration that say where media go. */
interface MediaAddresses {
  readonly media: {
    readonly listen: readonly MediaListen[];
    readonly basePort: number;
    readonly workers: number;
    readonly iceTcp: boolean;
  };
  readonly http: { readonly publicUrl: string };
  readonly signaling: { readonly turn: object | null; readonly iceServers: { reveal(): readonly unknown[] } };
}

/** Says in plain words where clients will send media, and what is wrong with that as far as this machine can tell. */
export function describeMediaAddresses({ media, http, signaling }: MediaAddresses): {
  told: string;
  warnings: string[];
} {
  const ways = media.listen.flatMap(({ ip, announcedAddress, announcedPort, also = [] }) => [
    { address: announcedAddress ?? ip, port: announcedPort },
    ...also,
  ]);
  const told = ways.map(({ address, port = media.basePort }) => {
    const last = port + mediaPortsFor(media.workers) - 1;
    return `${isIP(address) === 6 ? `[${address}]` : address}:${port}-${last}`;
  });
  const warnings: string[] = [];
  const ranges = new Set(ways.map(({ address }) => rangeOf(address)));
  const page = new URL(http.publicUrl).hostname.replace(/^\[|\]$/g, '');
  const hasRelay = signaling.turn !== null || signaling.iceServers.reveal().length > 0;
  const reachesFar = ranges.has('public') || hasRelay;
  if (rangeOf(page) === 'public' && !reachesFar) {
    warnings.push(
      `The page is at ${http.publicUrl}, but media go to addresses of this network alone: people elsewhere will see and ` +
        'hear nothing. Add the public address to ANNOUNCED_ADDRESS, or a relay with TURN_URLS.',
    );
  }
  if (ranges.size === 1 && ranges.has('loopback') && rangeOf(page) !== 'loopback') {
    warnings.push('Media go to this machine alone: people elsewhere will see and hear nothing. Set ANNOUNCED_ADDRESS.');
  }
  return { told: `Media: ${media.iceTcp ? 'UDP and TCP' : 'UDP'} to ${told.join(', ')}`, warnings };
}

const OWN_NETWORK: ReadonlySet<string> = new Set(['private', 'uniqueLocal', 'linkLocal', 'carrierGradeNat']);

/** A name counts as public, except for localhost. */
function rangeOf(address: string): 'public' | 'network' | 'loopback' {
  if (address === 'localhost') return 'loopback';
  if (!isIP(address)) return 'public';
  const range = ipaddr.process(address).range();
  if (range === 'loopback') return 'loopback';
  return OWN_NETWORK.has(range) ? 'network' : 'public';
}
