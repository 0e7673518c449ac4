import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import { viewOf } from '../../support/plannedMedia.ts';
import { joined, published } from '../../support/room.ts';
import { signalProcess } from '../../support/signalProcess.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { SilentPeer } from './SilentPeer.ts';
import { TestPeer } from './TestPeer.ts';
import { openTestPlane, TestRoom } from './TestRoom.ts';

let plane: MediaPlane;
let room: TestRoom;
const peers: TestPeer[] = [];

beforeEach(async () => {
  plane = await openTestPlane({ workers: 2, workerCapacity: 2 });
  room = new TestRoom(plane);
});
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await plane.close();
});

function portOf(peer: SilentPeer): number | undefined {
  return peer.transports.recv.iceCandidates[0]?.port;
}

test('a room stays on its worker while there is space, then spreads', async () => {
  room.record(joined('ann', 1), joined('bob', 2), joined('cem', 3), joined('dan', 4));
  room.record(published('ann', 'mic'));
  const ann = await SilentPeer.join(plane, room, 'ann', 1);
  const bob = await SilentPeer.join(plane, room, 'bob', 2);
  const cem = await SilentPeer.join(plane, room, 'cem', 3);
  const dan = await SilentPeer.join(plane, room, 'dan', 4);
  expect(portOf(bob)).toBe(portOf(ann));
  expect(portOf(cem)).not.toBe(portOf(ann));
  expect(portOf(dan)).toBe(portOf(cem));
});

test('people who come at the same moment also spread over workers', async () => {
  const ids = ['ann', 'bob', 'cem', 'dan'];
  room.record(...ids.map((id, index) => joined(id, index + 1)), published('ann', 'mic'));
  const together = await Promise.all(ids.map((id, index) => SilentPeer.join(plane, room, id, index + 1)));
  expect(new Set(together.map(portOf)).size).toBe(2);
});

test('media flow through a pipe with layers and keyframes, and the pipe closes with its last viewer', async () => {
  room.record(joined('ann', 1), joined('bob', 2), joined('cem', 3));
  room.record(published('ann', 'cam', 'camera'), published('ann', 'mic'));
  const ann = await TestPeer.join(plane, room, 'ann', 1);
  const bob = await TestPeer.join(plane, room, 'bob', 2);
  peers.push(ann, bob);
  await Promise.all([ann.publishAudio('mic'), ann.publishVideo('cam')]);
  expect(new Set(plane.workerPids()).size).toBe(2);
  await waitUntil(async () => (await bob.received('mic')).packets > 10 || 'bob hears nothing');
  await waitUntil(async () => (await bob.received('cam')).framesDecoded > 3 || 'bob sees nothing');

  // A later viewer needs a keyframe from the other end of the pipe.
  const cem = await TestPeer.join(plane, room, 'cem', 3);
  peers.push(cem);
  await waitUntil(async () => (await cem.received('cam')).framesDecoded > 3 || 'cem sees nothing');

  room.media.setView('cem', 3, viewOf([['cam', { width: 640, height: 360, pinned: true }]]));
  await waitUntil(async () => (await cem.received('cam')).frameHeight === 360 || 'cem has no high layer');
  room.media.setView('cem', 3, viewOf([['cam', { width: 80, height: 45, pinned: false }]]));
  await waitUntil(async () => (await cem.received('cam')).frameHeight === 180 || 'cem has no low layer');

  room.media.closeParticipant('bob', 2);
  room.media.closeParticipant('cem', 3);
  await waitUntil(() => plane.load().consumers === 0 || `${plane.load().consumers} consumers are left`);
});

test('a dead worker costs only its participants their media; the others lose what came from there', async () => {
  room.record(joined('ann', 1), joined('bob', 2), joined('cem', 3));
  room.record(published('ann', 'ann-mic'), published('cem', 'cem-mic'));
  const ann = await SilentPeer.join(plane, room, 'ann', 1);
  const bob = await SilentPeer.join(plane, room, 'bob', 2);
  const cem = await SilentPeer.join(plane, room, 'cem', 3);
  expect(portOf(bob)).not.toBe(undefined);
  await Promise.all([ann.produce('ann-mic', 'audio'), cem.produce('cem-mic', 'audio')]);
  await waitUntil(() => room.media.inventory().consumers.length === 4 || 'not everybody hears everybody');

  const byPort = [ann, bob, cem].filter((peer) => portOf(peer) === portOf(ann)).map((peer) => peer.id);
  const others = ['ann', 'bob', 'cem'].filter((id) => !byPort.includes(id));
  expect(others).not.toEqual([]);
  // Workers are in the order of their ports.
  const ports = [...new Set([ann, bob, cem].map(portOf))].sort();
  signalProcess(plane.workerPids()[ports.indexOf(portOf(ann))], 'SIGKILL');
  await waitUntil(() => room.lost.length === byPort.length || `${room.lost.length} of ${byPort.length} know`);
  expect(room.lost.map(({ participantId }) => participantId).sort()).toEqual(byPort.sort());
  await waitUntil(() => room.closedConsumers.length > 0 || 'the others do not know that ann’s track is gone');
  expect(others).toContain(room.closedConsumers[0]?.viewerId);

  const again = await Promise.all(
    byPort.map((id) => SilentPeer.join(plane, room, id, ['ann', 'bob', 'cem'].indexOf(id) + 1)),
  );
  expect(plane.workerPids()).toHaveLength(2);
  for (const peer of again) expect(ports).toContain(portOf(peer));
});
