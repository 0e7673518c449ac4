import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { uint } from './bytes.ts';

/** STUN (RFC 5389) as far as a full ICE agent needs it towards a lite one (RFC 8445). */

const MAGIC_COOKIE = 0x2112_a442;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const HEADER_BYTES = 20;
const INTEGRITY_BYTES = 24;
const FINGERPRINT_BYTES = 8;
const FINGERPRINT_XOR = 0x5354_554e;
const ATTRIBUTE = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  iceControlling: 0x802a,
} as const;
/** Of a host candidate, the only one of its kind (RFC 8445 section 5.1.2.1). */
const HOST_PRIORITY = 0x7eff_ffff;

export interface BindingRequest {
  /** 12 bytes. */
  readonly transactionId: Buffer;
  /** The lite side's user name fragment, a colon, and one's own. */
  readonly username: string;
  /** The lite side's. */
  readonly password: string;
  /** 8 bytes, the same in all requests of one agent. */
  readonly tieBreaker: Buffer;
}

/** Checks the one pair there is, and nominates it. */
export function toBindingRequest({ transactionId, username, password, tieBreaker }: BindingRequest): Buffer {
  const attributes = [
    attribute(ATTRIBUTE.username, Buffer.from(username)),
    attribute(ATTRIBUTE.priority, uint(HOST_PRIORITY, 4)),
    attribute(ATTRIBUTE.iceControlling, tieBreaker),
    attribute(ATTRIBUTE.useCandidate, Buffer.alloc(0)),
  ];
  return seal(BINDING_REQUEST, transactionId, Buffer.concat(attributes), password);
}

/** Which of the protocols that share the port it is (RFC 7983). */
export function isStun(datagram: Buffer): boolean {
  return (datagram[0] ?? 0xff) < 4;
}

/** The user name needs no look: the id was drawn for one request. Its integrity is not checked. */
export function isBindingSuccess(datagram: Buffer, transactionId: Buffer): boolean {
  return (
    datagram.length >= HEADER_BYTES &&
    datagram.readUInt16BE(0) === BINDING_SUCCESS &&
    datagram.subarray(8, HEADER_BYTES).equals(transactionId)
  );
}

/** The whole message, with MESSAGE-INTEGRITY and FINGERPRINT at its end (sections 15.4 and 15.5). */
export function seal(type: number, transactionId: Buffer, attributes: Buffer, password: string): Buffer {
  // Each of the two is computed over a header that counts it already, and nothing behind it.
  const header = (more: number): Buffer =>
    Buffer.concat([uint(type, 2), uint(attributes.length + more, 2), uint(MAGIC_COOKIE, 4), transactionId]);
  const integrity = createHmac('sha1', password).update(header(INTEGRITY_BYTES)).update(attributes).digest();
  const protectedMessage = Buffer.concat([
    header(INTEGRITY_BYTES + FINGERPRINT_BYTES),
    attributes,
    attribute(ATTRIBUTE.messageIntegrity, integrity),
  ]);
  const fingerprint = (crc32(protectedMessage) ^ FINGERPRINT_XOR) >>> 0;
  return Buffer.concat([protectedMessage, attribute(ATTRIBUTE.fingerprint, uint(fingerprint, 4))]);
}

/** Padded to whole words. */
function attribute(type: number, value: Buffer): Buffer {
  return Buffer.concat([uint(type, 2), uint(value.length, 2), value, Buffer.alloc(-value.length & 3)]);
}
