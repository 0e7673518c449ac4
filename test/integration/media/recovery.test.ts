import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import { joined, published } from '../../support/room.ts';
import { signalProcess } from '../../support/signalProcess.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { rtpParametersOf, SilentPeer } from './SilentPeer.ts';
import { TestPeer } from './TestPeer.ts';
import { openTestPlane, TestRoom } from './TestRoom.ts';
import { onNewProducer } from './workers.ts';

/** A picture from a test's camera. */
const PICTURES_A_SECOND = 15;

const IDS = ['ann', 'bob', 'cem', 'dan'];

let plane: MediaPlane;
const peers: TestPeer[] = [];
/** When mediasoup asked the publisher of the newest video producer for a keyframe. */
let requestedAt: number[] = [];

beforeAll(async () => {
  onNewProducer((producer) => {
    if (producer.kind !== 'video') return;
    const requests: number[] = [];
    requestedAt = requests;
    producer.on('trace', () => requests.push(Date.now()));
    producer.enableTraceEvent(['pli']).catch(() => producer.close());
  });
  plane = await openTestPlane();
});
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close();
});
afterAll(async () => {
  await plane.close();
});

async function joinAll(room: TestRoom): Promise<{ publisher: TestPeer; viewers: readonly TestPeer[] }> {
  const [publisher, ...viewers] = await Promise.all(IDS.map((id, index) => TestPeer.join(plane, room, id, index + 1)));
  if (!publisher) throw new Error('nobody joined');
  peers.push(publisher, ...viewers);
  return { publisher, viewers };
}

async function everybodySees(viewers: readonly TestPeer[]): Promise<void> {
  for (const viewer of viewers) {
    await waitUntil(async () => (await viewer.received('cam')).framesDecoded > 0 || `${viewer.id} sees nothing`);
  }
}

/** Requests at the same moment count as one: mediasoup asks for each layer. */
function requestMoments(): number[] {
  return requestedAt.filter((at, index) => at - (requestedAt[index - 1] ?? 0) > 100);
}

function recordedRoom(): TestRoom {
  const room = new TestRoom(plane);
  room.record(...IDS.map((id, index) => joined(id, index + 1)), published('ann', 'cam', 'camera'));
  return room;
}

test('a dead worker is replaced on its port, and everybody sees again after one keyframe', async () => {
  const room = recordedRoom();
  const before = await joinAll(room);
  await before.publisher.publishVideo('cam');
  await everybodySees(before.viewers);
  const [pid] = plane.workerPids();
  const port = before.publisher.icePort;

  signalProcess(pid, 'SIGKILL');
  await waitUntil(() => room.lost.length === IDS.length || `${room.lost.length} of ${IDS.length} know`);
  for (const peer of peers.splice(0)) peer.close();
  const after = await joinAll(room);
  expect(after.publisher.icePort).toBe(port);
  expect(plane.workerPids()).not.toContain(pid);
  await after.publisher.publishVideo('cam');
  await everybodySees(after.viewers);
  expect(requestMoments().length).toBeLessThanOrEqual(1);
  await room.media.close();
});

test('a client that takes other transports gets them with the news, and its tracks are offered again', async () => {
  const room = new TestRoom(plane);
  room.record(
    joined('ann', 1),
    joined('bob', 2),
    published('ann', 'mic', 'microphone'),
    published('ann', 'cam', 'camera'),
    published('ann', 'screen', 'screen'),
  );
  const ann = await SilentPeer.join(plane, room, 'ann', 1, true);
  await SilentPeer.join(plane, room, 'bob', 2);
  const camera = rtpParametersOf('video');
  const layers = camera.encodings?.map((encoding, layer) => ({ ...encoding, rid: `r${layer}` }));
  await Promise.all([
    ann.produce('mic', 'audio'),
    room.media.produce('ann', 1, 'cam', { ...camera, ...(layers && { encodings: layers }) }),
  ]);
  const [pid] = plane.workerPids();

  signalProcess(pid, 'SIGKILL');
  await waitUntil(() => room.lost.length === 2 || `${room.lost.length} of 2 know`);
  const [renewed, ...others] = room.lost.flatMap((lost) => (lost.renewed ? { ...lost.renewed, ...lost } : []));
  expect(others).toEqual([]);
  expect(renewed?.participantId).toBe('ann');
  expect(renewed?.send.id).not.toBe(ann.transports.send.id);
  // Pictures first; what it had not sent by then, the client produces itself.
  expect(renewed?.expected.map(({ trackId, rtpParameters: { mid } }) => [trackId, mid])).toEqual([
    ['cam', '0'],
    ['mic', '1'],
  ]);
  const encodings = renewed?.expected.flatMap(({ rtpParameters }) => rtpParameters.encodings ?? []) ?? [];
  expect(encodings.flatMap((encoding) => encoding.ssrc ?? [])).toEqual([]);
  const bob = await SilentPeer.join(plane, room, 'bob', 2);
  await waitUntil(() => bob.offers.length === 2 || `bob has ${bob.offers.length} of 2 offers`);
  await room.media.close();
});

test('viewers that get ready one after the other begin together, with one keyframe request for all', async () => {
  const room = recordedRoom();
  const { publisher, viewers } = await joinAll(room);
  for (const [index, viewer] of viewers.entries()) {
    room.viewers.set(viewer.id, {
      async consumersOpened(offers) {
        await viewer.consumersOpened(offers);
        // When the publisher's first frames have long come in, and one after the other.
        const enough = 4 + index;
        await waitUntil(() => publisher.pictures >= enough || `${publisher.pictures} of ${enough} pictures were taken`);
      },
    });
  }
  await publisher.publishVideo('cam');
  await everybodySees(viewers);
  expect(requestMoments()).toHaveLength(1);
  const keyframes = await Promise.all(viewers.map(async (viewer) => (await viewer.received('cam')).keyFramesDecoded));
  expect(keyframes).toEqual([1, 1, 1]);
  await room.media.close();
});

test('a viewer that is far behind does not make the others wait', async () => {
  const room = recordedRoom();
  const { publisher, viewers } = await joinAll(room);
  const [late, ...others] = viewers;
  room.viewers.set(late?.id ?? '', { consumersOpened: () => new Promise(() => undefined) });
  await publisher.publishVideo('cam');
  await everybodySees(others);
  // They waited less than a producer is held back while nobody is ready.
  expect(publisher.pictures).toBeLessThan(1.5 * PICTURES_A_SECOND);
  await room.media.close();
});
