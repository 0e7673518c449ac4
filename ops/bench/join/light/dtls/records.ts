import { createCipheriv, createDecipheriv } from 'node:crypto';
import { ByteReader, uint, vector } from '../bytes.ts';

/** The record layer of DTLS 1.2 (RFC 6347 section 4.1) with AES_128_GCM (RFC 5288). */

export const DTLS_1_2 = 0xfefd;
export const CONTENT_TYPE = { changeCipherSpec: 20, alert: 21, handshake: 22 } as const;

export interface DtlsRecord {
  readonly type: number;
  /** 0 before the keys are used, 1 afterwards. */
  readonly epoch: number;
  readonly sequence: number;
  /** Sealed in epoch 1. */
  readonly content: Buffer;
}

/** One direction's. */
export interface RecordKey {
  readonly key: Buffer;
  /** The four bytes of the nonce that both sides know. */
  readonly salt: Buffer;
}

const ALGORITHM = 'aes-128-gcm';
const NONCE_BYTES = 8;
const TAG_BYTES = 16;

/** All records of a datagram. Throws RangeError when it ends too early. */
export function parseRecords(datagram: Buffer): DtlsRecord[] {
  const reader = new ByteReader(datagram);
  const records: DtlsRecord[] = [];
  while (!reader.done) {
    const type = reader.uint(1);
    reader.uint(2);
    records.push({ type, epoch: reader.uint(2), sequence: reader.uint(6), content: reader.vector(2) });
  }
  return records;
}

export function toBytes({ type, epoch, sequence, content }: DtlsRecord): Buffer {
  return Buffer.concat([uint(type, 1), uint(DTLS_1_2, 2), place(epoch, sequence), vector(content, 2)]);
}

/** The record with its content sealed; its place among all records is the part of the nonce that is sent along. */
export function sealRecord(record: DtlsRecord, { key, salt }: RecordKey): DtlsRecord {
  const explicit = place(record.epoch, record.sequence);
  const cipher = createCipheriv(ALGORITHM, key, Buffer.concat([salt, explicit]));
  cipher.setAAD(associated(record, record.content.length));
  const sealed = [explicit, cipher.update(record.content), cipher.final(), cipher.getAuthTag()];
  return { ...record, content: Buffer.concat(sealed) };
}

/** Throws when the other side has not sealed it, or it was changed on the way. */
export function openRecord(record: DtlsRecord, { key, salt }: RecordKey): DtlsRecord {
  const reader = new ByteReader(record.content);
  const explicit = reader.take(NONCE_BYTES);
  const sealed = reader.take(record.content.length - NONCE_BYTES - TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, Buffer.concat([salt, explicit]), { authTagLength: TAG_BYTES });
  decipher.setAAD(associated(record, sealed.length));
  decipher.setAuthTag(reader.take(TAG_BYTES));
  return { ...record, content: Buffer.concat([decipher.update(sealed), decipher.final()]) };
}

function associated({ type, epoch, sequence }: DtlsRecord, length: number): Buffer {
  return Buffer.concat([place(epoch, sequence), uint(type, 1), uint(DTLS_1_2, 2), uint(length, 2)]);
}

function place(epoch: number, sequence: number): Buffer {
  return Buffer.concat([uint(epoch, 2), uint(sequence, 6)]);
}
