import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';

export interface CertificateSubject {
  /** Host names and IP addresses that it is good for; the first one names it. */
  readonly hosts: readonly [string, ...string[]];
  /** Ms since the epoch. */
  readonly from: number;
  readonly until: number;
}

const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** Makes a key and a certificate that it signs itself, both in PEM form. */
export function makeCertificate({ hosts, from, until }: CertificateSubject): { cert: string; key: string } {
  const key = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(key.publicKey);
  // Positive, and never the same twice: browsers refuse two certificates of one issuer with the same number.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
  certificate.validity.notBefore = new Date(from);
  certificate.validity.notAfter = new Date(until);
  const name = [
    { name: 'organizationName', value: 'Everroom' },
    { name: 'commonName', value: hosts[0] },
  ];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    {
      name: 'subjectAltName',
      altNames: hosts.map((host) => (isIP(host) ? { type: IP_ADDRESS, ip: host } : { type: DNS_NAME, value: host })),
    },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(key.privateKey), forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate), key: key.privateKey };
}
