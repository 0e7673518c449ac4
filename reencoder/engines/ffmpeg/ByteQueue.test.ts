import { expect, test } from 'vitest';
import { ByteQueue } from './ByteQueue.ts';

test('records are taken whole, however the bytes come', () => {
  const bytes = Buffer.from(Array.from({ length: 60 }, (_, index) => index));
  for (const chunkBytes of [1, 2, 3, 7, 59, 60]) {
    const queue = new ByteQueue();
    const taken: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      queue.push(bytes.subarray(at, at + chunkBytes));
      for (;;) {
        const peeked = queue.peek(2);
        const record = queue.take(5);
        if (record === null) break;
        expect(peeked).toEqual(record.subarray(0, 2));
        taken.push(record);
      }
    }
    expect(taken).toHaveLength(12);
    expect(Buffer.concat(taken)).toEqual(bytes);
  }
});

test('what has not come is waited for', () => {
  const queue = new ByteQueue();
  expect(queue.take(0)).toEqual(Buffer.alloc(0));
  expect(queue.peek(1)).toBeNull();
  queue.push(Buffer.from([1, 2]));
  expect(queue.take(3)).toBeNull();
  expect(queue.peek(2)).toEqual(Buffer.from([1, 2]));
});
