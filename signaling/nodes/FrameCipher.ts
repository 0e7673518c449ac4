import { createCipheriv, createDecipheriv } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const TAG_BYTES = 16;
const NONCE_BYTES = 12;

/**
 * Encrypts one direction of a connection and authenticates it. Frames are counted, and the count is part of each: one
 * that is changed, left out, repeated or moved does not open.
 */
export class FrameCipher {
  readonly #key: Buffer;
  readonly #nonce = Buffer.alloc(NONCE_BYTES);
  #count = 0;

  constructor(key: Buffer) {
    this.#key = key;
  }

  seal(plain: Buffer): string {
    const cipher = createCipheriv(ALGORITHM, this.#key, this.#nextNonce());
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64');
  }

  /** @throws Error when it is not the next frame that the other end sealed */
  open(frame: string): Buffer {
    const bytes = Buffer.from(frame, 'base64');
    if (bytes.length < TAG_BYTES) throw new RangeError('The frame is too short.');
    const decipher = createDecipheriv(ALGORITHM, this.#key, this.#nextNonce());
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
  }

  #nextNonce(): Buffer {
    this.#nonce.writeUIntBE(this.#count, NONCE_BYTES - 6, 6);
    this.#count += 1;
    return this.#nonce;
  }
}
