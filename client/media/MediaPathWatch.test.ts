import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type MediaBlocked, MediaPathWatch } from './MediaPathWatch.ts';

const said: (MediaBlocked | null)[] = [];
let watch: MediaPathWatch;

beforeEach(() => {
  vi.useFakeTimers();
  said.length = 0;
  watch = new MediaPathWatch((blocked) => said.push(blocked));
});
afterEach(() => void vi.useRealTimers());

const candidates = ['udp', 'tcp'].map((protocol) => ({ address: '192.0.2.1', port: 40_000, protocol }));
const relays = [{ urls: ['turn:turn.example.org:3478', 'turn:turn.example.org:3478?transport=tcp'] }];
const within = (ms: number) => vi.advanceTimersByTime(ms);

test('media that never connect are told within ten seconds, however often transports are opened', () => {
  watch.trying(candidates, relays);
  within(4_000);
  watch.trying(candidates, relays);
  within(6_000);
  const ways = [{ protocols: ['udp', 'tcp'], address: '192.0.2.1', port: 40_000 }];
  expect(said).toEqual([{ ways, relays: ['turn.example.org:3478'] }]);
  watch.trying(candidates, relays);
  within(60_000);
  expect(said).toHaveLength(1);
});

test('the warning that media do not connect ends when a transport connects, and may come again', () => {
  watch.trying(candidates, []);
  within(10_000);
  watch.connected();
  expect(said.at(-1)).toBeNull();
  watch.trying(candidates, []);
  within(10_000);
  expect(said).toHaveLength(3);
});

test('transports that connect, and those of a lost server, are nothing to tell', () => {
  watch.trying(candidates, []);
  watch.connected();
  within(60_000);
  watch.trying(candidates, []);
  watch.stop();
  within(60_000);
  expect(said).toEqual([]);
});
