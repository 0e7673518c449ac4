import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { uint } from './bytes.ts';

/** What a WebRTC client proves that it is itself with: a certificate that nobody but itself has signed (RFC 8122). */
export interface Certificate {
  readonly der: Buffer;
  readonly privateKey: KeyObject;
  /** SHA-256, as SDP spells it. */
  readonly fingerprint: string;
}

const TAG = {
  integer: 0x02,
  bitString: 0x03,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;
const VERSION_3 = der(0xa0, der(TAG.integer, uint(2, 1)));
/** 1.2.840.10045.4.3.2 and 2.5.4.3. */
const ECDSA_WITH_SHA256 = der(TAG.sequence, der(TAG.oid, Buffer.from('2a8648ce3d040302', 'hex')));
const COMMON_NAME = der(TAG.oid, Buffer.from('550403', 'hex'));
const DAY_MS = 86_400_000;

/** On P-256, good for a day either way (RFC 5280). Node signs, and has nothing that writes certificates. */
export function createSelfSigned(name: string, now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = der(TAG.sequence, der(TAG.set, der(TAG.sequence, COMMON_NAME, der(TAG.utf8, Buffer.from(name)))));
  const validity = der(TAG.sequence, utcTime(now - DAY_MS), utcTime(now + DAY_MS));
  const toBeSigned = der(
    TAG.sequence,
    VERSION_3,
    // The first bit would be a sign.
    der(TAG.integer, Buffer.concat([uint(1, 1), randomBytes(7)])),
    ECDSA_WITH_SHA256,
    subject,
    validity,
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const whole = der(
    TAG.sequence,
    toBeSigned,
    ECDSA_WITH_SHA256,
    der(TAG.bitString, Buffer.concat([uint(0, 1), signature])),
  );
  return { der: whole, privateKey, fingerprint: fingerprintOf(whole) };
}

export function fingerprintOf(certificate: Buffer): string {
  const digest = createHash('sha256').update(certificate).digest('hex').toUpperCase();
  return (digest.match(/../g) ?? []).join(':');
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const lengthBytes =
    length < 0x80 ? uint(length, 1) : length < 0x100 ? uint(0x8100 | length, 2) : uint(0x82_0000 | length, 3);
  return Buffer.concat([uint(tag, 1), lengthBytes, content]);
}

/** YYMMDDHHMMSSZ. */
function utcTime(at: number): Buffer {
  const [date = ''] = new Date(at).toISOString().split('.');
  return der(TAG.utcTime, Buffer.from(`${date.replaceAll(/[-T:]/g, '').slice(2)}Z`));
}
