import type { types } from 'mediasoup-client';
import { expect, test, vi } from 'vitest';
import { ConsumerCarrier } from './ConsumerCarrier.ts';

test('a consumer of a session that has given way is not closed by itself, which would negotiate a dead connection', () => {
  const close = vi.fn();
  const consumer = { close } as unknown as types.Consumer;
  const session = { closed: true, shows: () => undefined };
  new ConsumerCarrier(consumer, session).close();
  expect(close).not.toHaveBeenCalled();
  session.closed = false;
  new ConsumerCarrier(consumer, session).close();
  expect(close).toHaveBeenCalledOnce();
});

test('a consumer flows when frames come in a row: a first one and a pause are no flow, what comes seldom is', () => {
  vi.useFakeTimers();
  try {
    const flowsAfter = (frames: readonly number[]): number | undefined => {
      let timestamp = 0;
      const rtpReceiver = { getSynchronizationSources: () => (timestamp === 0 ? [] : [{ timestamp }]) };
      const consumer = { kind: 'video', rtpReceiver } as unknown as types.Consumer;
      let flowedAt: number | undefined;
      let now = 0;
      const stop = new ConsumerCarrier(consumer, { closed: false, shows: () => undefined }).watchFlow(() => {
        flowedAt = now;
      });
      for (; now <= 3_000; now += 10) {
        if (frames.includes(now)) timestamp = now;
        vi.advanceTimersByTime(10);
      }
      stop();
      return flowedAt;
    };
    const [steady, paused, seldom, never] = [[100, 140, 180], [100, 500, 540, 580], [100], []].map(flowsAfter);
    expect(steady).toBeLessThan(220);
    expect(paused).toBeGreaterThanOrEqual(580);
    expect(seldom).toBeGreaterThanOrEqual(1_000);
    expect(never).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});
