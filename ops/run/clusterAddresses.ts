import { isIP } from 'node:net';
import { isLoopback } from '../../core/reencoding/isLoopback.ts';
import type { Machine } from './machine.ts';
import type { Settings } from './settings/settings.ts';

type AddressSettings = Pick<
  Settings,
  'HOST' | 'PORT' | 'TLS_CERT' | 'ANNOUNCED_ADDRESS' | 'INTERNAL_URL' | 'INTERNAL_MEDIA_ADDRESS'
>;

/** Where other nodes reach this one: the URL, without a slash at the end, and the IP address that takes their media. */
export function clusterAddresses(
  set: AddressSettings,
  machine: Machine,
): { readonly internalUrl: string; readonly mediaAddress: string } {
  const host = hostForNodes(set, machine);
  const scheme = set.TLS_CERT ? 'https' : 'http';
  const internalUrl = (set.INTERNAL_URL ?? `${scheme}://${inUrl(host)}:${set.PORT}`).replace(/\/+$/, '');
  const named = new URL(internalUrl).hostname.replace(/^\[|\]$/g, '');
  const fallback = isIP(host) ? host : (machine.networkAddress ?? '127.0.0.1');
  return { internalUrl, mediaAddress: set.INTERNAL_MEDIA_ADDRESS ?? (isIP(named) ? named : fallback) };
}

/** A node that serves this machine alone says so. */
function hostForNodes({ HOST, ANNOUNCED_ADDRESS }: AddressSettings, { networkAddress }: Machine): string {
  if (HOST !== '0.0.0.0' && HOST !== '::') return HOST;
  const servesThisMachineAlone = ANNOUNCED_ADDRESS?.every(({ address }) => isLoopback(address)) ?? false;
  return (servesThisMachineAlone ? undefined : networkAddress) ?? '127.0.0.1';
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
