import { expect, test } from 'vitest';
import { ManualClock } from '../../test/support/ManualClock.ts';
import { Link, type LinkEnd } from './Link.ts';

const keyOf = (fill: number) => Buffer.alloc(32, fill);

/** Two links whose frames pass when the test says so. */
function pair() {
  const clocks = { a: new ManualClock(), b: new ManualClock() };
  const ends: Record<string, LinkEnd> = {};
  const heard: unknown[] = [];
  const onWay = { toA: [] as string[], toB: [] as string[] };
  const linkOf = (at: 'a' | 'b', peer: string, out: string[], sendKey: Buffer, receiveKey: Buffer) =>
    new Link({
      session: { peer, dialer: 'a', sendKey, receiveKey },
      wire: { send: (frame) => out.push(frame), close: () => undefined },
      clock: clocks[at],
      onMessage: (message) => heard.push(message),
      onEnd: (end) => {
        ends[at] = end;
      },
    });
  const a = linkOf('a', 'b', onWay.toB, keyOf(1), keyOf(2));
  const b = linkOf('b', 'a', onWay.toA, keyOf(2), keyOf(1));
  return {
    ...{ a, b, clocks, ends, heard, onWay },
    deliver() {
      while (onWay.toA.length + onWay.toB.length > 0) {
        for (const frame of onWay.toA.splice(0)) a.receive(frame);
        for (const frame of onWay.toB.splice(0)) b.receive(frame);
      }
    },
  };
}

test('two that say nothing stay linked; one that is not heard any more ends within two seconds', () => {
  const { clocks, deliver, ends } = pair();
  for (let i = 0; i < 20; i++) {
    clocks.a.advance(500);
    clocks.b.advance(500);
    deliver();
  }
  expect(ends).toEqual({});
  clocks.a.advance(2_000);
  expect(ends).toEqual({ a: 'silent' });
});

test('a process that stood still does not blame the other', () => {
  const { clocks, deliver, ends } = pair();
  clocks.a.stall(60_000);
  deliver();
  clocks.a.stall(60_000);
  deliver();
  expect(ends).toEqual({});
});

test('a connection that closes says nothing of the other end for a while after this process stood still', () => {
  for (const [seconds, end] of [
    [0, 'the connection closed after a standstill here'],
    [2, 'the connection closed after a standstill here'],
    [4, 'the connection closed'],
  ] as const) {
    const { b, clocks, deliver, ends } = pair();
    clocks.b.stall(2_000);
    for (let ticks = 0; ticks < 2 * seconds; ticks += 1) {
      clocks.a.advance(500);
      clocks.b.advance(500);
      deliver();
    }
    b.closed();
    expect(ends, `${seconds} s later`).toEqual({ b: end });
  }
});

test('no more is on its way than the other end can be expected to hold; it all comes once that one reads', () => {
  const { a, deliver, heard, onWay } = pair();
  for (let i = 0; i < 3; i++) a.send(JSON.stringify('x'.repeat(700_000)));
  const bytes = onWay.toB.reduce((sum, frame) => sum + frame.length, 0);
  expect(bytes).toBeGreaterThan(1_000_000);
  expect(bytes).toBeLessThan(1_600_000);
  deliver();
  expect(heard.length).toBe(3);
});

test('one that never reads is given up before it takes the memory, and nothing is sent after the end', () => {
  const { a, ends, onWay } = pair();
  const json = JSON.stringify('x'.repeat(3_000_000));
  for (let i = 0; i < 12; i++) a.send(json);
  expect(ends).toEqual({ a: 'does not read' });
  const sent = onWay.toB.length;
  a.send('"more"');
  expect(onWay.toB.length).toBe(sent);
});

test('what is no frame, or longer than any message, ends the link', () => {
  for (const frame of [{}, '', 'AAAA']) {
    const { a, ends } = pair();
    a.receive(frame);
    expect(ends, JSON.stringify(frame)).toEqual({ a: 'not understood' });
  }
  const { a, deliver, ends, heard } = pair();
  a.send(JSON.stringify('x'.repeat(4 << 20)));
  deliver();
  expect(ends.b).toBe('not understood');
  expect(heard).toEqual([]);
});
