import { expect, test } from 'vitest';
import { isBindingSuccess, seal, toBindingRequest } from './stun.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** RFC 5769, section 2.1. */
const SAMPLE = hex(`
  00 01 00 58 21 12 a4 42 b7 e7 a7 01 bc 34 d6 86 fa 87 df ae
  80 22 00 10 53 54 55 4e 20 74 65 73 74 20 63 6c 69 65 6e 74
  00 24 00 04 6e 00 01 ff
  80 29 00 08 93 2f f9 b1 51 26 3b 36
  00 06 00 09 65 76 74 6a 3a 68 36 76 59 20 20 20
  00 08 00 14 9a ea a7 0c bf d8 cb 56 78 1e f2 b5 b2 d3 f2 49 c1 b5 71 a2
  80 28 00 04 e5 7a 3b cf`);
const ATTRIBUTES = SAMPLE.subarray(20, SAMPLE.length - 32);
const TRANSACTION_ID = SAMPLE.subarray(8, 20);

test("a STUN request is sealed as the RFC's", () => {
  expect(seal(1, TRANSACTION_ID, ATTRIBUTES, 'VOkJxbRl1RmTxUk/WvJxBt').toString('hex')).toBe(SAMPLE.toString('hex'));
});

test('a STUN request is whole words long and says its length', () => {
  const tieBreaker = Buffer.alloc(8, 1);
  const request = toBindingRequest({ transactionId: TRANSACTION_ID, username: 'abc:de', password: 'x', tieBreaker });
  expect(request.length % 4).toBe(0);
  expect(request.readUInt16BE(2)).toBe(request.length - 20);
});

test('only the answer to its own STUN request counts', () => {
  const answer = seal(0x0101, TRANSACTION_ID, Buffer.alloc(0), 'x');
  expect(isBindingSuccess(answer, TRANSACTION_ID)).toBe(true);
  expect(isBindingSuccess(answer, Buffer.alloc(12))).toBe(false);
  expect(isBindingSuccess(seal(0x0111, TRANSACTION_ID, Buffer.alloc(0), 'x'), TRANSACTION_ID)).toBe(false);
  expect(isBindingSuccess(answer.subarray(0, 19), TRANSACTION_ID)).toBe(false);
});
