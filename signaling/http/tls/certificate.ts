import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

/** A certificate with its chain, and its private key: two PEM files. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Ms since the epoch. */
  readonly endsAt: number;
  /** Differs between any two pairs of files. */
  readonly hash: string;
}

/** The files cannot serve TLS. The message names the file and says what is wrong with it. */
export class CertificateUnusable extends Error {
  readonly code = 'CERTIFICATE';

  constructor(problem: string, options?: ErrorOptions) {
    super(problem, options);
    this.name = 'CertificateUnusable';
  }
}

/**
 * Reads both files and proves that they belong together. A certificate that has ended is returned too: browsers warn of
 * it, which is better than no server.
 * @throws CertificateUnusable
 */
export function readCertificate({ certFile, keyFile }: TlsFiles): Certificate {
  const cert = read('TLS_CERT', certFile);
  const key = read('TLS_KEY', keyFile);
  const x509 = attempt(`TLS_CERT ${certFile} holds no certificate in PEM form`, () => new X509Certificate(cert));
  const privateKey = attempt(
    `TLS_KEY ${keyFile} holds no private key in PEM form (one with a passphrase is not supported)`,
    () => createPrivateKey(key),
  );
  if (!x509.checkPrivateKey(privateKey)) {
    throw new CertificateUnusable(
      `TLS_KEY ${keyFile} does not belong to the first certificate in TLS_CERT ${certFile}`,
    );
  }
  attempt(`TLS_CERT ${certFile} and TLS_KEY ${keyFile} cannot be used`, () => createSecureContext({ cert, key }));
  const hash = createHash('sha256').update(`${cert.length}:`).update(cert).update(key).digest('hex');
  return { cert, key, endsAt: Date.parse(x509.validTo), hash };
}

function read(setting: string, path: string): Buffer {
  return attempt(`${setting} ${path} cannot be read`, () => readFileSync(path));
}

function attempt<T>(problem: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new CertificateUnusable(`${problem}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
