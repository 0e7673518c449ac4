import { createCipheriv } from 'node:crypto';

const KEY_BYTES = 16;
const SALT_BYTES = 12;
export const MASTER_BYTES = KEY_BYTES + SALT_BYTES;

/** Labels of RFC 3711 section 4.3.1. */
const LABEL = { rtpKey: 0, rtpSalt: 2, rtcpKey: 3, rtcpSalt: 5 } as const;

export interface SessionKey {
  readonly key: Buffer;
  readonly salt: Buffer;
}

/** Derives a sender's RTP and RTCP keys from its master key and salt (RFC 3711 section 4.3, RFC 7714 section 11). */
export function deriveKeys(master: Buffer): { rtp: SessionKey; rtcp: SessionKey } {
  if (master.length !== MASTER_BYTES)
    throw new RangeError(`an SRTP key has ${MASTER_BYTES} bytes, not ${master.length}`);
  const key = master.subarray(0, KEY_BYTES);
  const salt = master.subarray(KEY_BYTES);
  const derive = (label: number, bytes: number) => {
    // RFC 3711's salt has 14 bytes; a shorter one is padded with zeros. The block counter, the last two, is zero too.
    const input = Buffer.alloc(16);
    salt.copy(input);
    input.writeUInt8(input.readUInt8(7) ^ label, 7);
    return createCipheriv('aes-128-ctr', key, input).update(Buffer.alloc(bytes));
  };
  return {
    rtp: { key: derive(LABEL.rtpKey, KEY_BYTES), salt: derive(LABEL.rtpSalt, SALT_BYTES) },
    rtcp: { key: derive(LABEL.rtcpKey, KEY_BYTES), salt: derive(LABEL.rtcpSalt, SALT_BYTES) },
  };
}
