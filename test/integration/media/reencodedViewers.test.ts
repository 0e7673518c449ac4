import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import { viewOf } from '../../support/plannedMedia.ts';
import { joined, published } from '../../support/room.ts';
import { systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { recordLayers } from './FakeSidecar.ts';
import { JobList, PictureWatch, ReencodedRoom, type Served } from './ReencodedRoom.ts';
import { rtpParametersOf, SilentPeer } from './SilentPeer.ts';
import type { TestPeer } from './TestPeer.ts';
import { openTestPlane, TestRoom } from './TestRoom.ts';

const queue = new JobList();
let plane: MediaPlane;
let recording: readonly (readonly Buffer[])[];
let scene: ReencodedRoom;
let rooms = 0;

beforeAll(async () => {
  recording = await recordLayers();
  plane = await openTestPlane({ reencoding: { queue, nodeUrl: 'http://127.0.0.1:1' } });
});
afterEach(async () => {
  await scene?.close();
});
afterAll(async () => {
  await plane.close();
});

function openScene(): ReencodedRoom {
  rooms += 1;
  return new ReencodedRoom(plane, recording, `room-${rooms}`);
}

async function servedScene(): Promise<Served> {
  scene = openScene();
  return await scene.serve(queue);
}

test('a device that cannot receive the source’s codec gets the reencoded one alone', async () => {
  scene = openScene();
  const { room } = scene;
  const codecs = (plane.rtpCapabilities.codecs ?? []).filter(({ mimeType }) => mimeType !== 'video/H264');
  room.record({ type: 'ReencodingPolicyChanged', policy: { mode: 'auto', viewers: 50 } });
  room.record(joined('ann', 1), joined('bob', 2), published('ann', 'cam', 'camera'));
  const ann = await SilentPeer.join(plane, room, 'ann', 1);
  await room.media.openTransports('bob', 2, { ...plane.rtpCapabilities, codecs });
  const { encodings, rtcp } = rtpParametersOf('video');
  const h264 = {
    mimeType: 'video/H264',
    payloadType: 120,
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  };
  await room.media.produce(ann.id, 1, 'cam', {
    codecs: [h264],
    encodings: encodings?.slice(0, 1) ?? [],
    ...(rtcp ? { rtcp } : {}),
  });
  // The policy's number is fifty viewers, and there is one, but he cannot receive H264.
  const jobId = await queue.next(scene.roomId);
  const sidecar = await scene.openSidecar();
  const answer = await sidecar.attach(jobId);
  expect(answer).toMatchObject({ type: 'attached', tap: { codec: 'H264' }, republish: { codec: 'VP8' } });
  await waitUntil(() => room.media.inventory().consumers.length === 1 || 'bob has no consumer');
  expect(room.media.inventory().consumers).toMatchObject([{ viewerId: 'bob', path: 'reencoded' }]);
});

test('layers of a reencoded track follow tiles like a source’s, and the sidecar encodes only those', async () => {
  const { bob, sidecar } = await servedScene();
  const wanted = () =>
    scene.room.media.inventory().consumers.find(({ viewerId, path }) => viewerId === 'bob' && path === 'reencoded');
  const active = () => sidecar.adapts.at(-1)?.targets.map((target) => target.active);
  scene.room.media.setView('bob', bob.session, viewOf([['cam', { width: 1280, height: 720, pinned: false }]]));
  await waitUntil(() => wanted()?.targetSpatialLayer === 2 || 'the large tile has no high layer');
  await waitUntil(() => active()?.join() === 'true,false,true' || `active: ${active()}`);
  await waitUntil(async () => (await heightSeen(bob)) === 720 || `bob sees ${await heightSeen(bob)}`);

  scene.room.media.setView('bob', bob.session, viewOf([['cam', { width: 320, height: 180, pinned: false }]]));
  await waitUntil(() => active()?.join() === 'true,false,false' || `active: ${active()}`);
  await waitUntil(async () => (await heightSeen(bob)) === 180 || `bob sees ${await heightSeen(bob)}`);

  scene.room.media.setView('bob', bob.session, viewOf([]));
  await waitUntil(() => active()?.join() === 'false,false,false' || `active: ${active()}`);
  expect(scene.room.media.reencodedTracks()).toEqual(['cam']);
  scene.room.media.setView('bob', bob.session, viewOf([['cam', { width: 320, height: 180, pinned: false }]]));
  await scene.sees(bob, 'reencoded');
});

test('viewers move before a layer without CPU ends, and back when it returns', async () => {
  const { bob, sidecar } = await servedScene();
  const active = () => sidecar.adapts.at(-1)?.targets.map((target) => target.active);
  scene.room.media.setView('bob', bob.session, viewOf([['cam', { width: 1280, height: 720, pinned: true }]]));
  await waitUntil(async () => (await heightSeen(bob)) === 720 || `bob sees ${await heightSeen(bob)}`);

  const watch = new PictureWatch(scene, bob);
  sidecar.highestLayer = 1;
  await waitUntil(() => active()?.[2] === false || `active: ${active()}`);
  await waitUntil(async () => (await heightSeen(bob)) === 360 || `bob sees ${await heightSeen(bob)}`);
  await watch.end();
  // Cameras take 15 pictures a second.
  expect(watch.picturesMissed()).toBeLessThan(10);

  sidecar.highestLayer = 2;
  await waitUntil(async () => (await heightSeen(bob)) === 720 || `bob sees ${await heightSeen(bob)}`);
});

test('the picture size that a sidecar reports decides which layer fills a tile, and its bitrate', async () => {
  const { bob, sidecar } = await servedScene();
  scene.room.media.setView('bob', bob.session, viewOf([['cam', { width: 320, height: 180, pinned: false }]]));
  const layer = () =>
    scene.room.media.inventory().consumers.find(({ viewerId, path }) => viewerId === 'bob' && path === 'reencoded')
      ?.targetSpatialLayer;
  expect(layer()).toBe(0);
  const { keyframeRequestsAbsorbed } = plane.reencodingStats();
  sidecar.tell({ width: 640, height: 360 });
  await waitUntil(() => layer() === 1 || `layer ${layer()} of 90, 180 and 360 fills a tile of 180`);
  await waitUntil(() => sidecar.adapts.at(-1)?.targets[2]?.bitrateBps === 530_000 || 'too much for a small picture');
  const now = plane.reencodingStats();
  expect(now.tracks.at(-1)?.stats).toMatchObject({ width: 640, latencyMs: 8 });
  expect(now.keyframeRequestsAbsorbed - keyframeRequestsAbsorbed).toBe(sidecar.keyframeRequests);
});

async function heightSeen(viewer: TestPeer): Promise<number> {
  const producerId = [...viewer.carriers.keys()].find((id) => !scene.sourceIds.has(id)) ?? '';
  return (await viewer.receivedFrom(producerId)).frameHeight;
}

test('viewers on another worker get the reencoded track through a pipe', async () => {
  const spread = await openTestPlane({
    workers: 2,
    workerCapacity: 1,
    reencoding: { queue, nodeUrl: 'http://127.0.0.1:1' },
  });
  scene = new ReencodedRoom(spread, recording, 'spread');
  const ann = await scene.join('ann');
  await scene.publish(ann);
  const bob = await scene.join('bob');
  expect(bob.icePort).not.toBe(ann.icePort);
  await scene.sees(bob, 'source');
  const sidecar = await scene.openSidecar();
  await sidecar.attach(await queue.next('spread'));
  await scene.served('bob');
  await scene.sees(bob, 'reencoded');
  sidecar.die();
  await scene.sees(bob, 'source');
  await scene.close();
  await spread.close();
});

test('the presenter whom everybody watches takes the only place from a camera that nobody watches', async () => {
  // By this clock a minute takes three seconds: audiences are smoothed.
  const clock = { ...systemClock, now: () => 20 * systemClock.now() };
  const jobs = new JobList();
  const reencoding = { queue: jobs, nodeUrl: 'http://127.0.0.1:1', mostTracks: 1 };
  const small = await openTestPlane({ reencoding, clock });
  const room = new TestRoom(small, 'presenter');
  const tracks = () => [...jobs.jobs.values()].map(({ trackId }) => trackId).join();
  try {
    room.record({ type: 'ReencodingPolicyChanged', policy: { mode: 'auto', viewers: 4 } });
    const ids = ['ann', 'bob', 'cem', 'dan', 'eve', 'fay', 'gus'];
    room.record(...ids.map((id, index) => joined(id, index + 1)));
    room.record(published('ann', 'cam', 'camera'), published('bob', 'cam-2', 'camera'));
    const peers: SilentPeer[] = [];
    for (const [index, id] of ids.entries()) peers.push(await SilentPeer.join(small, room, id, index + 1));
    const tile = { width: 640, height: 360, pinned: false };
    for (const { id, session } of peers)
      room.media.setView(id, session, { tiles: new Map([['cam-2', tile]]), near: null });
    await peers[0]?.produce('cam', 'video');
    await waitUntil(() => tracks() === 'cam' || `jobs for ${tracks()}`);
    await peers[1]?.produce('cam-2', 'video');
    await waitUntil(() => tracks() === 'cam-2' || `jobs for ${tracks()}`);
  } finally {
    await room.media.close();
    await small.close();
  }
});

test('a media plane without a queue reencodes nothing', async () => {
  const plain = await openTestPlane();
  expect(plain.reencoding).toBeNull();
  const room = new TestRoom(plain);
  room.record({ type: 'ReencodingPolicyChanged', policy: { mode: 'on' } });
  room.record(joined('ann', 1), published('ann', 'cam', 'camera'));
  const ann = await SilentPeer.join(plain, room, 'ann', 1);
  await ann.produce('cam', 'video');
  expect(room.media.reencodedTracks()).toEqual([]);
  await plain.close();
});
