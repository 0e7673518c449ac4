import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import { joined, published } from '../../support/room.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestPeer } from './TestPeer.ts';
import { openTestPlane, TestRoom } from './TestRoom.ts';

let plane: MediaPlane;
const peers: TestPeer[] = [];

beforeEach(async () => {
  plane = await openTestPlane();
});
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await plane.close();
});

async function joinAll(room: TestRoom, ids: readonly string[]): Promise<TestPeer[]> {
  const joined = await Promise.all(ids.map((id, index) => TestPeer.join(plane, room, id, index + 1)));
  peers.push(...joined);
  return joined;
}

test('a worker that dies is replaced on its port, and one keyframe brings the picture back to everybody', async () => {
  const room = new TestRoom(plane);
  const ids = ['ann', 'bob', 'cem', 'dan'];
  room.record(...ids.map((id, index) => joined(id, index + 1)), published('ann', 'ann-cam', 'camera'));
  const [ann, ...viewers] = await joinAll(room, ids);
  await ann?.publishVideo('ann-cam');
  for (const viewer of viewers) {
    await waitUntil(async () => (await viewer.received('ann-cam')).framesDecoded > 3 || `${viewer.id} sees nothing`);
  }
  const [pid] = plane.workerPids();
  for (const peer of peers.splice(0)) peer.close();
  const killedAt = Date.now();
  process.kill(pid ?? 0, 'SIGKILL');
  await waitUntil(() => room.lost.length === 4 || `${room.lost.length} of 4 know`);
  const [again, ...rebuilt] = await joinAll(room, ids);
  console.log('transports', Date.now() - killedAt);
  await again?.publishVideo('ann-cam');
  console.log('produced', Date.now() - killedAt);
  const firstFrame = await Promise.all(
    rebuilt.map(async (viewer) => {
      await waitUntil(async () => (await viewer.received('ann-cam')).framesDecoded > 0 || `${viewer.id} sees nothing`);
      return Date.now() - killedAt;
    }),
  );
  console.log(
    'opened',
    rebuilt.map((v) => (v.openedAt.get('ann-cam') ?? 0) - killedAt),
    'frames',
    firstFrame,
  );
  await sleep(1000);
  console.log(
    await again?.sent('ann-cam'),
    await Promise.all(rebuilt.map((v) => v.received('ann-cam'))),
    room.wantedLayers,
  );
  expect(plane.workerPids()).not.toContain(pid);
});
