import { expect, test } from 'vitest';
import { type DtlsRecord, openRecord, parseRecords, sealRecord, toBytes } from './records.ts';

const KEY = { key: Buffer.alloc(16, 1), salt: Buffer.alloc(4, 2) };
const record = (sequence: number, text: string): DtlsRecord => ({
  type: 22,
  epoch: 1,
  sequence,
  content: Buffer.from(text),
});

test('several records share a datagram', () => {
  const records = [record(1, 'first'), record(2, ''), record(3, 'third')];
  expect(parseRecords(Buffer.concat(records.map(toBytes)))).toEqual(records);
});

test('a datagram that ends too early has no records', () => {
  expect(() => parseRecords(toBytes(record(1, 'first')).subarray(0, -1))).toThrow(RangeError);
});

test('a sealed record opens with its key, at its place only', () => {
  const sealed = sealRecord(record(7, 'finished'), KEY);
  expect(sealed.content.includes('finished')).toBe(false);
  expect(openRecord(sealed, KEY)).toEqual(record(7, 'finished'));
  expect(() => openRecord({ ...sealed, sequence: 8 }, KEY)).toThrow();
  expect(() => openRecord({ ...sealed, content: Buffer.alloc(10) }, KEY)).toThrow();
});
