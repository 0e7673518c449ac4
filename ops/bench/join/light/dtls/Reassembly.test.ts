import { expect, test } from 'vitest';
import { uint } from '../bytes.ts';
import { toMessage } from './messages.ts';
import { Reassembly } from './Reassembly.ts';

const BODY = Buffer.from('a certificate');

function fragment(sequence: number, offset: number, end: number): Buffer {
  const part = BODY.subarray(offset, end);
  const header = [uint(11, 1), uint(BODY.length, 3), uint(sequence, 2), uint(offset, 3), uint(part.length, 3)];
  return Buffer.concat([...header, part]);
}

test('handshake messages come whole, in order and once', () => {
  const reassembly = new Reassembly();
  expect(reassembly.push(fragment(1, 0, 99))).toEqual([]);
  expect(reassembly.push(fragment(0, 5, 99))).toEqual([]);
  expect(reassembly.push(fragment(0, 5, 99))).toEqual([]);
  expect(reassembly.push(fragment(0, 0, 5))).toEqual([toMessage(11, 0, BODY), toMessage(11, 1, BODY)]);
  expect(reassembly.push(fragment(0, 0, 99))).toEqual([]);
});

test('one record may hold several handshake messages', () => {
  const record = Buffer.concat([fragment(0, 0, 99), fragment(1, 0, 99)]);
  expect(new Reassembly().push(record)).toHaveLength(2);
  expect(() => new Reassembly().push(record.subarray(0, -1))).toThrow(RangeError);
});
