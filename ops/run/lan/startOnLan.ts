import type { Config } from '../config.ts';
import type { Machine } from '../machine.ts';
import { ConfigError } from '../settings/settings.ts';
import { keepLanCertificate } from './lanCertificate.ts';

/** What `npm start -- --lan` changes about the settings. */
export interface LanStart {
  readonly env: Readonly<Record<string, string>>;
  /** To be called now and then: makes a new certificate when the old one ends soon. */
  renew(): void;
}

const ANY_ADDRESS = ['0.0.0.0', '::'];

/**
 * Makes the page reachable for devices on the network of this machine: over https, since browsers give no camera to
 * plain pages, with a certificate for the machine's network address.
 * @throws ConfigError when the settings or the machine do not allow that
 */
export function startOnLan(
  { http, node }: Config,
  { networkAddress }: Machine,
  isSet: (name: 'TLS_CERT' | 'NODE_URL') => boolean,
): LanStart {
  const address = ANY_ADDRESS.includes(http.host) ? networkAddress : http.host;
  const problems = (['TLS_CERT', 'NODE_URL'] as const)
    .filter(isSet)
    .map((name) => `${name} and --lan do not go together: --lan brings its own. Leave one of them out`);
  if (address === undefined) {
    problems.push('--lan needs an address on a network, and this machine has none: connect it, or set HOST');
  } else if (/^(127\.|::1$|localhost$)/.test(address)) {
    problems.push(`HOST ${address} is this machine alone: with --lan leave HOST out, or set an address on the network`);
  }
  if (problems.length > 0 || address === undefined) throw new ConfigError(problems);
  const { certFile, keyFile } = keepLanCertificate(node.dataFolder, address);
  const host = address.includes(':') ? `[${address}]` : address;
  return {
    env: { TLS_CERT: certFile, TLS_KEY: keyFile, NODE_URL: `https://${host}:${http.port}` },
    renew: () => void keepLanCertificate(node.dataFolder, address),
  };
}
