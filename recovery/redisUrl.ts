import { isAbsolute } from 'node:path';

/** The location of Redis. */
export type RedisAddress =
  | { readonly kind: 'standalone'; readonly options: StandaloneOptions }
  | { readonly kind: 'sentinel'; readonly options: SentinelOptions }
  | { readonly kind: 'cluster'; readonly nodes: readonly HostPort[]; readonly options: Credentials };

interface HostPort {
  readonly host: string;
  readonly port: number;
}

interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: Record<string, never>;
}

type StandaloneOptions = Credentials & { readonly db: number } & (HostPort | { readonly path: string });
type SentinelOptions = Credentials & {
  readonly db: number;
  readonly sentinels: HostPort[];
  readonly name: string;
  /** TLS to the master and to the sentinels; each needs its own setting. */
  readonly enableTLSForSentinelMode: boolean;
  readonly sentinelTLS?: Record<string, never>;
};

/**
 * Understands
 *
 *     redis://[USER:PASSWORD@]HOST[:PORT][/DB]                        one server; rediss:// over TLS
 *     unix:///PATH/TO/redis.sock[?db=DB]   or   /PATH/TO/redis.sock   one server on a unix socket
 *     redis+sentinel://[USER:PASSWORD@]HOST[:PORT],HOST…/NAME[/DB]    the master that these sentinels know as NAME
 *     redis+cluster://[USER:PASSWORD@]HOST[:PORT],HOST…               a cluster, entered through any of these nodes
 *
 * and `rediss+sentinel://`, `rediss+cluster://`.
 * @throws TypeError that says what is wrong and quotes nothing: a password may be anywhere in a bad URL.
 */
export function parseRedisUrl(url: string): RedisAddress {
  if (isAbsolute(url)) return { kind: 'standalone', options: { path: url, db: 0 } };
  // A password may contain an @: the last one before the path ends it.
  const match =
    /^(redis|rediss|unix|rediss?\+sentinel|rediss?\+cluster):\/\/(?:([^/]*)@)?([^/?]*)([^?]*)(?:\?(.*))?$/.exec(url);
  if (!match)
    throw new TypeError('The Redis URL is none of redis://, rediss://, unix:///, redis+sentinel://, redis+cluster://');
  const [, scheme = '', userInfo, hosts = '', path = '', query] = match;

  if (scheme === 'unix') {
    if (hosts !== '' || path === '') throw new TypeError('The Redis URL must look like unix:///path/to/redis.sock');
    const db = parseDb(new URLSearchParams(query).get('db') ?? '');
    return {
      kind: 'standalone',
      options: { ...parseCredentials(userInfo, false), path: decode(path), db },
    };
  }

  const credentials = parseCredentials(userInfo, scheme.startsWith('rediss'));
  const segments = path.split('/').slice(1).map(decode);
  if (scheme.endsWith('+cluster')) {
    if (segments.some((segment) => segment !== '' && segment !== '0')) {
      throw new TypeError('A Redis Cluster has no numbered databases: take the path off the URL');
    }
    return { kind: 'cluster', nodes: parseHosts(hosts, 6379), options: credentials };
  }
  if (scheme.endsWith('+sentinel')) {
    const [name, db] = segments;
    if (!name) throw new TypeError('The Redis URL must name the master: redis+sentinel://HOST:26379/NAME');
    const sentinels = parseHosts(hosts, 26379);
    const overTls = credentials.tls !== undefined;
    const tls = { enableTLSForSentinelMode: overTls, ...(overTls ? { sentinelTLS: {} } : {}) };
    return { kind: 'sentinel', options: { ...credentials, ...tls, sentinels, name, db: parseDb(db ?? '') } };
  }
  const [only, ...more] = parseHosts(hosts, 6379);
  if (!only || more.length > 0)
    throw new TypeError('The Redis URL names several hosts: use redis+cluster:// or redis+sentinel://');
  return { kind: 'standalone', options: { ...credentials, ...only, db: parseDb(segments[0] ?? '') } };
}

/** Returns the URL without user and password, for logs and messages, even if it is malformed. */
export function describeRedisUrl(url: string): string {
  return url.replace(url.startsWith('unix:') ? /:\/\/[^/]*@/ : /:\/\/.*@/s, '://');
}

function parseCredentials(userInfo: string | undefined, overTls: boolean): Credentials {
  const [username, ...password] = (userInfo ?? '').split(':').map(decode);
  return {
    ...(username ? { username } : {}),
    ...(password.length > 0 ? { password: password.join(':') } : {}),
    ...(overTls ? { tls: {} } : {}),
  };
}

function parseHosts(hosts: string, defaultPort: number): HostPort[] {
  return hosts.split(',').map((entry) => {
    const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d+))?$/.exec(entry);
    const port = Number(match?.[2] ?? defaultPort);
    if (!match?.[1] || port < 1 || port > 65535) throw new TypeError('The Redis URL has a bad host or port');
    return { host: match[1].replace(/^\[|\]$/g, ''), port };
  });
}

function parseDb(db: string): number {
  if (!/^\d*$/.test(db)) throw new TypeError('The Redis URL has a bad database number');
  return Number(db);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new TypeError('The Redis URL has a % that escapes nothing: write it as %25', { cause });
  }
}
