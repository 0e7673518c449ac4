import type { types } from 'mediasoup-client';
import { expect, test, vi } from 'vitest';
import { ConsumerCarrier } from './ConsumerCarrier.ts';

test('a consumer of a session that has given way is not closed by itself, which would negotiate a dead connection', () => {
  const close = vi.fn();
  const consumer = { close } as unknown as types.Consumer;
  const session = { closed: true };
  new ConsumerCarrier(consumer, session).close();
  expect(close).not.toHaveBeenCalled();
  session.closed = false;
  new ConsumerCarrier(consumer, session).close();
  expect(close).toHaveBeenCalledOnce();
});
