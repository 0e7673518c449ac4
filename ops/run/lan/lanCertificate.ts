import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { makeCertificate } from './makeCertificate.ts';

const DAY_MS = 24 * 3_600_000;
/** Safari refuses certificates that are good for longer than 825 days, Chromium many that are good for over 398. */
const GOOD_FOR_MS = 397 * DAY_MS;
const RENEW_BEFORE_END_MS = 30 * DAY_MS;

export interface LanFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * Returns the certificate in `DATA/tls` that is good for this address of the machine and for its loopback. Makes a new
 * one if there is none, if it is for another address, or if it ends soon; otherwise the warning that people have
 * clicked away stays away.
 */
export function keepLanCertificate(dataFolder: string, address: string, now = Date.now()): LanFiles {
  const folder = join(dataFolder, 'tls');
  const files = { certFile: join(folder, 'lan.crt'), keyFile: join(folder, 'lan.key') };
  if (isGood(files, address, now)) return files;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { cert, key } = makeCertificate({
    hosts: [address, 'localhost', '127.0.0.1', '::1'],
    from: now - DAY_MS,
    until: now + GOOD_FOR_MS,
  });
  replace(files.keyFile, key);
  replace(files.certFile, cert);
  return files;
}

function isGood({ certFile, keyFile }: LanFiles, address: string, now: number): boolean {
  try {
    const certificate = new X509Certificate(readFileSync(certFile));
    const covers = isIP(address) ? certificate.checkIP(address) : certificate.checkHost(address);
    const lasts = Date.parse(certificate.validTo) - now > RENEW_BEFORE_END_MS;
    return covers !== undefined && lasts && certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile)));
  } catch {
    return false; // There is none yet, or it is damaged: a new one takes its place.
  }
}

function replace(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  writeFileSync(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(temporary, path);
}
