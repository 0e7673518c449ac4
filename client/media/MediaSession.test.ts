import type { types } from 'mediasoup-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ConsumerOffer } from '../../signaling/protocol/notifications.ts';
import type { Link } from '../connection/Link.ts';
import { LocalTrack } from './LocalTrack.ts';
import { MediaSession } from './MediaSession.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What a session needs of a producer. */
class Closable {
  closed = false;
  readonly observer = {
    once: (_: 'close', closed: () => void): void => {
      this.#onClose = closed;
    },
  };
  #onClose: () => void = () => undefined;

  close(): void {
    this.closed = true;
    this.#onClose();
  }

  async replaceTrack(): Promise<void> {}
}

/** A session whose negotiations note their moments, in ms since it began. */
function scene(options: { relieved: boolean }) {
  const startedAt = performance.now();
  const steps: [what: string, at: number][] = [];
  const step = (what: string): void => void steps.push([what, performance.now() - startedAt]);
  const transport = (direction: string) => ({
    id: direction,
    on: () => undefined,
    close: () => step(`close ${direction}`),
    produce: async ({ track }: { track: MediaStreamTrack }) => {
      step(`send ${track.id}`);
      return Object.assign(new Closable(), { rtpParameters: {} }) as unknown as types.Producer;
    },
    consume: async ({ id }: { id: string }) => step(id.startsWith('warm-up') ? 'warm up' : `receive ${id}`),
  });
  const codecs = [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, preferredPayloadType: 100 }];
  const device = {
    createSendTransport: () => transport('send'),
    createRecvTransport: () => transport('recv'),
    sendRtpCapabilities: { codecs: [] },
    recvRtpCapabilities: { codecs },
  } as unknown as types.Device;
  const requests: [name: string, body: object][] = [];
  const link = { closed: false, request: async (name: string, body: object) => void requests.push([name, body]) };
  const session = new MediaSession({
    device,
    link: link as unknown as Link,
    transports: { send: {}, recv: {}, producing: [] } as never,
    producing: new Map(),
    iceServers: [],
    relieved: () => options.relieved,
    connected: () => undefined,
    failed: () => undefined,
  });
  return { options, session, steps, requests };
}

function track(id: string): LocalTrack {
  const parts = { id, readyState: 'live', getSettings: () => ({}) };
  const mediaStreamTrack = Object.assign(new EventTarget(), parts) as unknown as MediaStreamTrack;
  return new LocalTrack({
    trackId: id,
    source: 'microphone',
    mediaStreamTrack,
    muted: false,
    publish: {},
    ownsDevice: false,
  });
}

const offer = (consumerId: string) =>
  ({ consumerId, producerId: 'p', kind: 'audio', rtpParameters: {} }) as ConsumerOffer;

test('while another session serves, a device has time between two negotiations, and what waits is negotiated together', async () => {
  const { options, session, steps } = scene({ relieved: true });
  void session.produce(track('camera'));
  void session.produce(track('microphone'));
  void session.consume(offer('one'));
  await vi.advanceTimersByTimeAsync(120);
  void session.consume(offer('two'));
  await vi.advanceTimersByTimeAsync(1_000);
  const at = new Map(steps);
  expect([...at.keys()]).toEqual(['send camera', 'send microphone', 'receive one', 'receive two']);
  const [camera = 0, microphone = 0, one = 0, two = 0] = at.values();
  expect([microphone - camera, one - microphone].every((pause) => pause >= 80)).toBe(true);
  expect(two).toBe(one);
  options.relieved = false;
  void session.produce(track('screen'));
  await vi.advanceTimersByTimeAsync(0);
  expect(steps.at(-1)?.[0]).toBe('send screen');
});

test('after a fault nothing waits, and the receiving side warms up', async () => {
  const { session, steps } = scene({ relieved: false });
  void session.produce(track('camera'));
  void session.produce(track('microphone'));
  await vi.advanceTimersByTimeAsync(0);
  expect(steps).toEqual([
    ['send camera', 0],
    ['send microphone', 0],
  ]);
  await vi.advanceTimersByTimeAsync(100);
  expect(steps.at(-1)?.[0]).toBe('warm up');
});

test('a session that nothing depends on closes its transports one after the other', async () => {
  const { session, steps } = scene({ relieved: false });
  session.closeLater();
  expect([session.closed, steps]).toEqual([true, []]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(steps.map(([what]) => what)).toEqual(['close send', 'close recv']);
  expect((steps[1]?.[1] ?? 0) - (steps[0]?.[1] ?? 0)).toBeGreaterThanOrEqual(80);
});

test('what is shown now is told in one message', async () => {
  const { session, requests } = scene({ relieved: true });
  session.shows('one');
  session.shows('two');
  await vi.advanceTimersByTimeAsync(0);
  expect(requests).toEqual([['shown', { consumerIds: ['one', 'two'] }]]);
});

test('a track has one producer, however often it is published or unmuted, until that one closes', async () => {
  const { session, steps } = scene({ relieved: false });
  const microphone = track('microphone');
  await Promise.all([session.produce(microphone), session.produce(microphone)]);
  await session.produce(microphone);
  expect(steps.map(([what]) => what)).toEqual(['send microphone']);
  microphone.producer?.close();
  await session.produce(microphone);
  expect(steps.map(([what]) => what)).toEqual(['send microphone', 'send microphone']);
});

test('what stands by is made once, and belongs to the session if that takes over meanwhile', async () => {
  const { session, steps } = scene({ relieved: false });
  const [microphone, camera] = [track('microphone'), track('camera')];
  await session.prepare(microphone);
  await session.prepare(microphone);
  expect(microphone.producer).toBeUndefined();
  const preparing = session.prepare(camera);
  await session.produce(camera);
  await preparing;
  expect(steps.map(([what]) => what)).toEqual(['send microphone', 'send camera']);
  expect([microphone.promoted(), camera.promoted()]).toEqual([true, false]);
  expect(camera.producer?.closed).toBe(false);
});
