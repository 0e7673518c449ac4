import type { types } from 'mediasoup-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SoundWatch, type TwofoldSound } from './SoundWatch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A sound whose packets come every 20 ms, from each place that sends. */
function twofold() {
  const sends = { first: true, standby: true };
  const lastAt = { first: 0, standby: 0 };
  const consumer = (place: 'first' | 'standby') =>
    ({
      closed: false,
      rtpReceiver: { getSynchronizationSources: () => [{ timestamp: lastAt[place], rtpTimestamp: lastAt[place] }] },
    }) as unknown as types.Consumer;
  const [first, standby] = [consumer('first'), consumer('standby')];
  const packets = setInterval(() => {
    for (const place of ['first', 'standby'] as const) if (sends[place]) lastAt[place] = performance.now();
  }, 20);
  let playsStandby = false;
  const server = { keepsBack: false };
  const record = { muted: false };
  const track: TwofoldSound = {
    publisherId: 'ann',
    trackId: 'mic',
    get silenced() {
      return server.keepsBack;
    },
    get playsStandby() {
      return playsStandby;
    },
    get second() {
      return playsStandby ? { played: standby, other: first } : { played: first, other: standby };
    },
    changeOver() {
      playsStandby = !playsStandby;
    },
  };
  const watch = new SoundWatch(() => record.muted);
  watch.watch(track);
  const close = () => {
    watch.stop();
    clearInterval(packets);
  };
  return { sends, server, record, track, close };
}

test('a sound is heard from the other place while its own sends none, and goes on there', async () => {
  const { sends, track, close } = twofold();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(track.playsStandby).toBe(false);
  sends.first = false;
  await vi.advanceTimersByTimeAsync(100);
  expect(track.playsStandby).toBe(true);
  sends.first = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(track.playsStandby).toBe(true);
  close();
});

test('[M2] what the own server keeps back is not heard from another one that has not heard of the mute', async () => {
  const { sends, server, track, close } = twofold();
  await vi.advanceTimersByTimeAsync(1_000);
  server.keepsBack = true;
  sends.first = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(track.playsStandby).toBe(false);
  server.keepsBack = false;
  await vi.advanceTimersByTimeAsync(100);
  expect(track.playsStandby).toBe(true);
  server.keepsBack = true;
  await vi.advanceTimersByTimeAsync(20);
  expect(track.playsStandby).toBe(false);
  close();
});

test('[M2] what the record says to be muted is not heard from another node, even if the own one is late to pause it', async () => {
  const { sends, record, track, close } = twofold();
  await vi.advanceTimersByTimeAsync(1_000);
  record.muted = true;
  sends.first = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(track.playsStandby).toBe(false);
  close();
});
