import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import { joined, published } from '../../support/room.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestPeer } from './TestPeer.ts';
import { openTestPlane, TestRoom } from './TestRoom.ts';

let plane: MediaPlane;

beforeAll(async () => {
  plane = await openTestPlane();
});
afterAll(async () => {
  await plane.close();
});

test('two participants see and hear each other', async () => {
  const room = new TestRoom(plane);
  room.record(joined('ann', 1), joined('bob', 2));
  room.record(published('ann', 'ann-mic'), published('ann', 'ann-cam', 'camera'));
  const ann = await TestPeer.join(plane, room, 'ann', 1);
  const bob = await TestPeer.join(plane, room, 'bob', 2);
  try {
    await ann.publishAudio('ann-mic');
    await ann.publishVideo('ann-cam');
    await waitUntil(async () => (await bob.received('ann-mic')).packets > 20 || 'bob hears nothing');
    await waitUntil(async () => (await bob.received('ann-cam')).framesDecoded > 5 || 'bob sees nothing');
    await waitUntil(() => room.speakers[0]?.participantId === 'ann' || 'ann is not told to speak');
    expect(plane.load().consumers).toBe(2);

    const report = await plane.openRooms().get('room')?.report({ participantId: null, consumers: true });
    const connected = report?.transports.filter(({ dtlsState }) => dtlsState === 'connected');
    expect(connected?.map(({ participantId, direction }) => `${participantId} ${direction}s`)).toEqual([
      'ann sends',
      'bob receives',
    ]);
    expect(report?.producers.map(({ source, bitrateBps }) => [source, bitrateBps > 0]).sort()).toEqual([
      ['camera', true],
      ['microphone', true],
    ]);
    expect(report?.consumers.every(({ viewerId, bitrateBps }) => viewerId === 'bob' && bitrateBps > 0)).toBe(true);
    const ofAnn = await room.media.report({ participantId: 'ann', consumers: true });
    expect([ofAnn.transports.length, ofAnn.producers.length, ofAnn.consumers.length]).toEqual([2, 2, 0]);
    const workers = await plane.workers();
    expect(workers.map(({ pid }) => pid)).toEqual(plane.workerPids());
    expect(workers.reduce((sum, { consumers, routers }) => sum + consumers + routers, 0)).toBe(3);
  } finally {
    ann.close();
    bob.close();
    await room.media.close();
  }
  expect(plane.load().consumers).toBe(0);
});
