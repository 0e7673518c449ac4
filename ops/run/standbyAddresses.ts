import type { Config } from './config.ts';

/**
 * Returns where browsers and other nodes reach a server that only stands by, at the first (0) or second (1) of its
 * ports; null if browsers cannot reach it: their page came over TLS, which a proxy adds, and the port has none.
 */
export function standbyAddresses(
  { http, cluster }: Pick<Config, 'cluster' | 'http'>,
  place: number,
): { readonly url: string; readonly internalUrl: string } | null {
  const port = http.standbyPorts[place] ?? 0;
  const atPort = (base: string): string => {
    const url = new URL(base);
    url.port = String(port);
    return url.origin;
  };
  const internalUrl = atPort(cluster.internalUrl);
  const named = http.standbyUrls[place];
  if (named !== undefined) return { url: named, internalUrl };
  const isPlain = http.tls === null;
  return isPlain && http.publicUrl.startsWith('https:') ? null : { url: atPort(http.publicUrl), internalUrl };
}
