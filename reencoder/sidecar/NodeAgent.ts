import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, type AgentOptions } from 'node:https';
import { type ConnectionOptions, checkServerIdentity, getCACertificates } from 'node:tls';

/**
 * Trusts, besides what the system trusts, exactly the certificate of the node on this host, under whatever name or
 * address the node is reached: such a certificate is often self-signed, or is for the public name alone. It is read for
 * each connection, since it is renewed.
 */
export class NodeAgent extends Agent {
  readonly #certFile: string;

  constructor(certFile: string, options?: AgentOptions) {
    super(options);
    this.#certFile = certFile;
  }

  override createConnection(...[options, ...rest]: Parameters<Agent['createConnection']>) {
    return super.createConnection({ ...options, ...this.#trust() }, ...rest);
  }

  #trust(): ConnectionOptions {
    let pem: string;
    let own: string;
    try {
      pem = readFileSync(this.#certFile, 'utf8');
      own = new X509Certificate(pem).fingerprint256;
    } catch {
      return {}; // Unreadable, or half renewed: what the system trusts still counts.
    }
    return {
      ca: [...getCACertificates('default'), pem],
      allowPartialTrustChain: true,
      checkServerIdentity: (host, peer) => (peer.fingerprint256 === own ? undefined : checkServerIdentity(host, peer)),
    };
  }
}
