import { ByteReader, uint, vector } from '../bytes.ts';
import { DTLS_1_2 } from './records.ts';

/**
 * The messages of one handshake: ECDHE on P-256 with ECDSA certificates on both sides (RFC 5246, RFC 8422), the extended
 * master secret (RFC 7627) and use_srtp (RFC 5764). Nothing else is offered, so nothing else can be chosen.
 */

export const HANDSHAKE = {
  clientHello: 1,
  serverHello: 2,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

const TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 = 0xc02b;
const SECP256R1 = 23;
const NAMED_CURVE = 3;
const ECDSA_SECP256R1_SHA256 = 0x0403;
const SRTP_AEAD_AES_128_GCM = 0x0007;
const EXTENSION = {
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  useSrtp: 14,
  extendedMasterSecret: 23,
  renegotiationInfo: 0xff01,
} as const;

export interface HandshakeMessage {
  readonly type: number;
  readonly body: Buffer;
  /** With the header of a message in one piece: what both sides hash. */
  readonly whole: Buffer;
}

/** `sequence`: its number among the messages of its side. */
export function toMessage(type: number, sequence: number, body: Buffer): HandshakeMessage {
  const length = uint(body.length, 3);
  return { type, body, whole: Buffer.concat([uint(type, 1), length, uint(sequence, 2), uint(0, 3), length, body]) };
}

export function clientHello(random: Buffer): Buffer {
  const extensions = [
    extension(EXTENSION.supportedGroups, vector(uint(SECP256R1, 2), 2)),
    extension(EXTENSION.pointFormats, vector(uint(0, 1), 1)),
    extension(EXTENSION.signatureAlgorithms, vector(uint(ECDSA_SECP256R1_SHA256, 2), 2)),
    extension(EXTENSION.useSrtp, Buffer.concat([vector(uint(SRTP_AEAD_AES_128_GCM, 2), 2), uint(0, 1)])),
    extension(EXTENSION.extendedMasterSecret, Buffer.alloc(0)),
    extension(EXTENSION.renegotiationInfo, uint(0, 1)),
  ];
  return Buffer.concat([
    uint(DTLS_1_2, 2),
    random,
    uint(0, 1), // No session to resume,
    uint(0, 1), // and no cookie.
    vector(uint(TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 2), 2),
    vector(uint(0, 1), 1), // No compression.
    vector(Buffer.concat(extensions), 2),
  ]);
}

/** Its random. Throws when the server did not agree to all that is needed. */
export function parseServerHello(body: Buffer): Buffer {
  const reader = new ByteReader(body);
  const version = reader.uint(2);
  const random = reader.take(32);
  reader.vector(1);
  const suite = reader.uint(2);
  reader.uint(1);
  const extensions = new Map<number, Buffer>();
  const list = new ByteReader(reader.vector(2));
  while (!list.done) extensions.set(list.uint(2), list.vector(2));
  const profile = extensions.get(EXTENSION.useSrtp)?.readUInt16BE(2);
  const isAgreed =
    version === DTLS_1_2 &&
    suite === TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 &&
    profile === SRTP_AEAD_AES_128_GCM &&
    extensions.has(EXTENSION.extendedMasterSecret);
  if (!isAgreed) throw new Error('the server has chosen something that was not offered');
  return random;
}

export function certificateMessage(der: Buffer): Buffer {
  return vector(vector(der, 3), 3);
}

/** The first of the chain. */
export function parseCertificate(body: Buffer): Buffer {
  return new ByteReader(new ByteReader(body).vector(3)).vector(3);
}

export interface ServerKeyExchange {
  readonly publicKey: Buffer;
  /** What the signature is about, beside the two randoms. */
  readonly parameters: Buffer;
  readonly signature: Buffer;
}

export function parseServerKeyExchange(body: Buffer): ServerKeyExchange {
  const reader = new ByteReader(body);
  const [type, curve, publicKey] = [reader.uint(1), reader.uint(2), reader.vector(1)];
  const algorithm = reader.uint(2);
  if (type !== NAMED_CURVE || curve !== SECP256R1 || algorithm !== ECDSA_SECP256R1_SHA256) {
    throw new Error('the server has chosen a curve or a signature that was not offered');
  }
  return { publicKey, parameters: body.subarray(0, 4 + publicKey.length), signature: reader.vector(2) };
}

export function clientKeyExchange(publicKey: Buffer): Buffer {
  return vector(publicKey, 1);
}

export function certificateVerify(signature: Buffer): Buffer {
  return Buffer.concat([uint(ECDSA_SECP256R1_SHA256, 2), vector(signature, 2)]);
}

function extension(type: number, data: Buffer): Buffer {
  return Buffer.concat([uint(type, 2), vector(data, 2)]);
}
