import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { expectedParameters } from '../../../client/media/expectedParameters.ts';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import type { ExpectedMedia } from '../../../core/media/RoomMedia.ts';
import { joined, published } from '../../support/room.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { rtpParametersOf, SilentPeer } from './SilentPeer.ts';
import { TestPeer } from './TestPeer.ts';
import { openTestPlane, TestRoom } from './TestRoom.ts';

let plane: MediaPlane;
let room: TestRoom;

beforeAll(async () => {
  plane = await openTestPlane();
});
afterEach(async () => {
  await room.media.close();
});
afterAll(async () => {
  await plane.close();
});

/** Expected tracks as a client sends them: without SSRCs. */
function expectedOf(trackId: string, kind: 'audio' | 'video', place: number): ExpectedMedia {
  const { encodings = [], ...parameters } = rtpParametersOf(kind);
  const rids = encodings.length > 1 ? encodings.map((_, layer) => ({ rid: `r${layer}` })) : [{}];
  return { trackId, rtpParameters: { ...parameters, mid: String(place), encodings: rids } };
}

function producersOf(participantId: string): string[] {
  const mine = room.media.inventory().producers.filter((producer) => producer.participantId === participantId);
  return mine.map(({ trackId }) => trackId).sort();
}

test('viewers get ready for a publisher’s tracks before it has negotiated anything', async () => {
  room = new TestRoom(plane);
  room.record(
    joined('ann', 1),
    joined('bob', 2),
    published('ann', 'cam', 'camera'),
    published('ann', 'mic', 'microphone'),
  );
  const bob = await SilentPeer.join(plane, room, 'bob', 2);
  const expected = [expectedOf('cam', 'video', 0), expectedOf('mic', 'audio', 1)];
  const { producing } = await room.media.openTransports('ann', 1, plane.rtpCapabilities, expected);
  expect([...producing].sort()).toEqual(['cam', 'mic']);
  await waitUntil(() => bob.offers.length === 2 || `bob has ${bob.offers.length} of 2 offers`);
});

test('media that cannot be expected are left out, and the rest is there', async () => {
  room = new TestRoom(plane);
  room.record(joined('ann', 1), joined('bob', 2), published('ann', 'cam', 'camera'), published('bob', 'his', 'camera'));
  const { producing } = await room.media.openTransports('ann', 1, plane.rtpCapabilities, [
    expectedOf('unheard-of', 'video', 0),
    expectedOf('his', 'video', 1),
    { trackId: 'cam', rtpParameters: { codecs: [] } },
    expectedOf('cam', 'video', 2),
  ]);
  expect(producing).toEqual(['cam']);
  expect(producersOf('ann')).toEqual(['cam']);
  expect(producersOf('bob')).toEqual([]);
});

test('transports that were prepared are one session’s, which alone closes them', async () => {
  room = new TestRoom(plane);
  room.record(joined('ann', 1), joined('bob', 2));
  const prepared = room.media.prepareTransports();
  const ann = await room.media.openTransports('ann', 1, plane.rtpCapabilities, [], { prepared });
  const bob = await room.media.openTransports('bob', 2, plane.rtpCapabilities, [], { prepared });
  prepared.close();
  expect(bob.send.id).not.toBe(ann.send.id);
  await room.media.restartIce('ann', 1, ann.send.id);

  const refused = room.media.prepareTransports();
  refused.close();
  const { recv } = await room.media.openTransports('bob', 2, plane.rtpCapabilities, [], { prepared: refused });
  await room.media.restartIce('bob', 2, recv.id);
});

test('[M2] an expected track that the record has muted stays silent', async () => {
  room = new TestRoom(plane);
  room.record(joined('ann', 1), joined('bob', 2), published('ann', 'mic', 'microphone', true));
  await SilentPeer.join(plane, room, 'bob', 2);
  const { producing } = await room.media.openTransports('ann', 1, plane.rtpCapabilities, [
    expectedOf('mic', 'audio', 0),
  ]);
  expect(producing).toEqual(['mic']);
  expect(room.media.inventory().producers.map(({ paused }) => paused)).toEqual([true]);
});

test('media that turn out otherwise replace the expected ones', async () => {
  room = new TestRoom(plane);
  room.record(joined('ann', 1), joined('bob', 2), published('ann', 'cam', 'camera'));
  const bob = await SilentPeer.join(plane, room, 'bob', 2);
  await room.media.openTransports('ann', 1, plane.rtpCapabilities, [expectedOf('cam', 'video', 0)]);
  await waitUntil(() => bob.offers.length === 1 || 'bob has no offer');
  const { producerId } = await room.media.produce('ann', 1, 'cam', { ...rtpParametersOf('video'), mid: '0' });
  expect(producersOf('ann')).toEqual(['cam']);
  await waitUntil(() => bob.offers.at(-1)?.producerId === producerId || 'bob is not offered what took its place');
});

test('expected picture and sound flow without a `produce` request', async () => {
  room = new TestRoom(plane);
  room.record(
    joined('ann', 1),
    joined('bob', 2),
    published('ann', 'cam', 'camera'),
    published('ann', 'mic', 'microphone'),
  );
  const before = await TestPeer.join(plane, room, 'ann', 1);
  const cam = await before.publishVideo('cam');
  const mic = await before.publishAudio('mic');
  before.close();
  const bob = await TestPeer.join(plane, room, 'bob', 2);
  const expected = [cam, mic].map(({ rtpParameters }, place) => ({
    trackId: place === 0 ? 'cam' : 'mic',
    rtpParameters: expectedParameters(rtpParameters, place),
  }));
  const ann = await TestPeer.join(plane, room, 'ann', 1, expected);
  await waitUntil(() => bob.consumers.size === 2 || `bob has ${bob.consumers.size} of 2 consumers`);
  await Promise.all([ann.publishVideo('cam'), ann.publishAudio('mic')]);
  await waitUntil(async () => (await bob.received('cam')).framesDecoded > 5 || 'bob sees nothing');
  await waitUntil(async () => (await bob.received('mic')).packets > 20 || 'bob hears nothing');
  ann.close();
  bob.close();
});
