import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { SessionKey } from './deriveKeys.ts';

/** AEAD_AES_128_GCM for SRTP and SRTCP (RFC 7714). */

const ALGORITHM = 'aes-128-gcm';
const TAG_BYTES = 16;
const RTP_HEADER_BYTES = 12;
const RTCP_HEADER_BYTES = 8;
const INDEX_BYTES = 4;
const ENCRYPTED = 0x8000_0000;

/** Returns the length of the RTP header, or null if this is no RTP packet. */
export function rtpHeaderBytes(packet: Buffer): number | null {
  if (packet.length < RTP_HEADER_BYTES) return null;
  const first = packet.readUInt8(0);
  let bytes = RTP_HEADER_BYTES + (first & 0x0f) * 4;
  if (first & 0x10) {
    if (packet.length < bytes + 4) return null;
    bytes += 4 + packet.readUInt16BE(bytes + 2) * 4;
  }
  return bytes <= packet.length ? bytes : null;
}

export function sealRtp({ key, salt }: SessionKey, packet: Buffer, headerBytes: number, cycles: number): Buffer {
  const header = packet.subarray(0, headerBytes);
  const cipher = createCipheriv(ALGORITHM, key, rtpNonce(salt, packet, cycles), { authTagLength: TAG_BYTES });
  cipher.setAAD(header);
  return Buffer.concat([header, cipher.update(packet.subarray(headerBytes)), cipher.final(), cipher.getAuthTag()]);
}

/** Returns null if authentication fails. */
export function openRtp({ key, salt }: SessionKey, packet: Buffer, headerBytes: number, cycles: number): Buffer | null {
  const header = packet.subarray(0, headerBytes);
  const sealed = packet.subarray(headerBytes);
  const opened = open({ key, nonce: rtpNonce(salt, packet, cycles), associated: header, sealed });
  return opened === null ? null : Buffer.concat([header, opened]);
}

export function sealRtcp({ key, salt }: SessionKey, packet: Buffer, index: number): Buffer {
  const header = packet.subarray(0, RTCP_HEADER_BYTES);
  const trailer = Buffer.alloc(INDEX_BYTES);
  trailer.writeUInt32BE((ENCRYPTED | index) >>> 0, 0);
  const cipher = createCipheriv(ALGORITHM, key, rtcpNonce(salt, packet, index), { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.concat([header, trailer]));
  const body = [cipher.update(packet.subarray(RTCP_HEADER_BYTES)), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([header, ...body, trailer]);
}

/** Returns null if authentication fails or the packet is not encrypted. */
export function openRtcp({ key, salt }: SessionKey, packet: Buffer): { packet: Buffer; index: number } | null {
  if (packet.length < RTCP_HEADER_BYTES + TAG_BYTES + INDEX_BYTES) return null;
  const header = packet.subarray(0, RTCP_HEADER_BYTES);
  const trailer = packet.subarray(packet.length - INDEX_BYTES);
  const word = trailer.readUInt32BE(0);
  if (word < ENCRYPTED) return null;
  const index = word - ENCRYPTED;
  const sealed = packet.subarray(RTCP_HEADER_BYTES, packet.length - INDEX_BYTES);
  const nonce = rtcpNonce(salt, packet, index);
  const opened = open({ key, nonce, associated: Buffer.concat([header, trailer]), sealed });
  return opened === null ? null : { packet: Buffer.concat([header, opened]), index };
}

interface Sealed {
  readonly key: Buffer;
  readonly nonce: Buffer;
  readonly associated: Buffer;
  /** Ciphertext with its tag at the end. */
  readonly sealed: Buffer;
}

function open({ key, nonce, associated, sealed }: Sealed): Buffer | null {
  if (sealed.length < TAG_BYTES) return null;
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const opened = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return null; // The cipher throws if the tag does not match.
  }
  return opened;
}

/** SSRC, cycles and sequence number, mixed with the salt (RFC 7714 section 8.1). */
function rtpNonce(salt: Buffer, packet: Buffer, cycles: number): Buffer {
  const nonce = Buffer.alloc(salt.length);
  packet.copy(nonce, 2, 8, 12);
  nonce.writeUInt32BE(cycles, 6);
  packet.copy(nonce, 10, 2, 4);
  return xor(nonce, salt);
}

/** SSRC and index, mixed with the salt (RFC 7714 section 9.1). */
function rtcpNonce(salt: Buffer, packet: Buffer, index: number): Buffer {
  const nonce = Buffer.alloc(salt.length);
  packet.copy(nonce, 2, 4, 8);
  nonce.writeUInt32BE(index, 8);
  return xor(nonce, salt);
}

function xor(a: Buffer, b: Buffer): Buffer {
  for (const [i, byte] of b.entries()) a.writeUInt8(a.readUInt8(i) ^ byte, i);
  return a;
}
