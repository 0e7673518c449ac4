import { expect, it } from 'vitest';
import { BacklogGuard } from './backlog.ts';
import type { EngineConnection } from './engineConnection.ts';

/** A connection whose client lets `bytes` wait. */
class Slow implements EngineConnection {
  readonly readyState = 'open';
  readonly remoteAddress = '192.0.2.1';
  readonly request = { headers: {} };
  readonly writeBuffer = [];
  bytes: number;
  closed = false;
  constructor(bytes: number) {
    this.bytes = bytes;
  }
  get transport() {
    return {
      socket: {
        getBufferedAmount: () => this.bytes,
        cork: (send: () => void) => send(),
        close: () => {
          this.closed = true;
        },
      },
    };
  }
  write(): void {}
  on(): void {}
  once(): void {}
  close(): void {}
}

it('a client that lets too much wait from one round to the next is cut off, and one that catches up is not', () => {
  const cut: number[] = [];
  const guard = new BacklogGuard({ backlogBytes: 100, totalBacklogBytes: 10_000 }, (bytes) => cut.push(bytes));
  const [within, over, late] = [new Slow(100), new Slow(101), new Slow(5_000)];
  guard.round([within, over, late]);
  late.bytes = 50;
  guard.round([within, over, late]);
  expect([within.closed, over.closed, late.closed, cut]).toEqual([false, true, false, [101]]);
  late.bytes = 500;
  guard.round([within, late]);
  expect(late.closed).toBe(false);
});

it('those with the most are cut off when all clients together let too much wait', () => {
  const cut: number[] = [];
  const guard = new BacklogGuard({ backlogBytes: 100, totalBacklogBytes: 250 }, (bytes) => cut.push(bytes));
  guard.round([90, 60, 95, 80, 30].map((bytes) => new Slow(bytes)));
  expect(cut).toEqual([95, 90]);
});
