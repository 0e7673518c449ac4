import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import { NO_MEDIA_BOUNDS } from '../../../core/room/state.ts';
import { viewOf } from '../../support/plannedMedia.ts';
import { disconnected, joined, published } from '../../support/room.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { SilentPeer } from './SilentPeer.ts';
import { openTestPlane, TestRoom } from './TestRoom.ts';

let plane: MediaPlane;
const tile = { width: 320, height: 180, pinned: false };

beforeAll(async () => {
  plane = await openTestPlane({ policy: { lastN: 2, loudestN: null, lastScreens: null, pageSize: 12 } });
});
afterAll(async () => {
  await plane.close();
});

async function roomWith(cameras: number): Promise<{ room: TestRoom; viewer: SilentPeer }> {
  const room = new TestRoom(plane);
  room.record(joined('viewer', 1));
  const viewer = await SilentPeer.join(plane, room, 'viewer', 1);
  for (let index = 0; index < cameras; index += 1) {
    room.record(joined(`p${index}`, index + 2), published(`p${index}`, `cam-${index}`, 'camera'));
    const peer = await SilentPeer.join(plane, room, `p${index}`, index + 2);
    await peer.produce(`cam-${index}`, 'video');
  }
  await waitUntil(() => consumersOf(room).length === cameras || `viewer has ${consumersOf(room).length} consumers`);
  return { room, viewer };
}

function consumersOf(room: TestRoom) {
  return room.media.inventory().consumers.filter((consumer) => consumer.viewerId === 'viewer');
}

test('layers follow the tile’s size; a hidden track is paused and the client hears of it', async () => {
  const { room, viewer } = await roomWith(1);
  const consumer = () => consumersOf(room)[0];
  expect(consumer()).toMatchObject({ paused: false, targetSpatialLayer: 0 });

  room.media.setView('viewer', 1, viewOf([['cam-0', { width: 1280, height: 720, pinned: false }]]));
  await waitUntil(() => consumer()?.targetSpatialLayer === 2 || 'the large tile has no high layer');

  room.media.setView('viewer', 1, viewOf([]));
  await waitUntil(() => consumer()?.paused === true || 'the hidden track is not paused');
  const { consumerId } = viewer.offers[0] ?? {};
  await waitUntil(() => room.pausedConsumers.length > 0 || 'the client has not heard of it');
  expect(room.pausedConsumers).toEqual([{ viewerId: 'viewer', consumerId, paused: true }]);
  await room.media.close();
});

test('last-N gives the viewer the first two of three cameras while nobody has spoken', async () => {
  const { room } = await roomWith(3);
  room.media.setView('viewer', 1, viewOf(['cam-0', 'cam-1', 'cam-2'].map((trackId) => [trackId, tile])));
  await waitUntil(() => consumersOf(room).filter(({ paused }) => !paused).length === 2 || 'not two cameras');
  expect(consumersOf(room).filter(({ paused }) => paused)).toMatchObject([{ trackId: 'cam-2' }]);

  // A room may say less than the server, not more.
  const flowing = () => consumersOf(room).filter(({ paused }) => !paused).length;
  room.record({ type: 'MediaBoundsChanged', bounds: { ...NO_MEDIA_BOUNDS, lastN: 1 } });
  await waitUntil(() => flowing() === 1 || 'not one camera');
  room.record({ type: 'MediaBoundsChanged', bounds: { ...NO_MEDIA_BOUNDS, lastN: 3 } });
  await waitUntil(() => flowing() === 2 || 'not two cameras');
  await room.media.close();
});

test('in a large room a track is opened when it is shown, and stays ready for a while when it is not', async () => {
  const large = await openTestPlane({ policy: { lastN: 1, loudestN: null, lastScreens: null, pageSize: 1 } });
  try {
    const room = new TestRoom(large);
    room.record(joined('viewer', 1));
    await SilentPeer.join(large, room, 'viewer', 1);
    room.media.setView('viewer', 1, viewOf([['cam-0', tile]]));
    for (let index = 0; index < 3; index += 1) {
      room.record(joined(`p${index}`, index + 2), published(`p${index}`, `cam-${index}`, 'camera'));
    }
    for (let index = 0; index < 3; index += 1) {
      const peer = await SilentPeer.join(large, room, `p${index}`, index + 2);
      await peer.produce(`cam-${index}`, 'video');
    }
    const open = () =>
      consumersOf(room)
        .map(({ trackId, paused }) => `${trackId} ${paused ? 'ready' : 'flows'}`)
        .sort();
    await waitUntil(() => open().join() === 'cam-0 flows' || `${open()}`);
    room.media.setView('viewer', 1, viewOf([['cam-2', tile]]));
    await waitUntil(() => open().join() === 'cam-0 ready,cam-2 flows' || `${open()}`);
    await room.media.close();
  } finally {
    await large.close();
  }
});

test('publishers hear of more wanted layers at once, of fewer after a while', async () => {
  const { room } = await roomWith(1);
  await waitUntil(() => lastWanted(room) === 0 || 'nobody told the publisher that the lowest layer is enough');
  room.media.setView('viewer', 1, viewOf([['cam-0', { ...tile, pinned: true }]]));
  await waitUntil(() => lastWanted(room) === 2 || 'nobody told the publisher that all layers are wanted');
  room.media.setView('viewer', 1, viewOf([]));
  await waitUntil(() => lastWanted(room) === -1 || 'nobody told the publisher that nobody watches');
  await room.media.close();
});

function lastWanted(room: TestRoom): number | undefined {
  return room.wantedLayers.at(-1)?.maxSpatialLayer;
}

test('a client gets no offer of a codec that it cannot receive', async () => {
  const room = new TestRoom(plane);
  room.record(joined('ann', 1), joined('bob', 2));
  room.record(published('ann', 'cam', 'camera'), published('ann', 'mic'));
  const ann = await SilentPeer.join(plane, room, 'ann', 1);
  const codecs = (plane.rtpCapabilities.codecs ?? []).filter((codec) => codec.kind === 'audio');
  await room.media.openTransports('bob', 2, { ...plane.rtpCapabilities, codecs });
  await Promise.all([ann.produce('cam', 'video'), ann.produce('mic', 'audio')]);
  await waitUntil(() => room.media.inventory().consumers.length === 1 || 'bob does not get the microphone');
  expect(room.media.inventory().consumers).toMatchObject([{ viewerId: 'bob', trackId: 'mic' }]);
  await room.media.close();
});

test('media of a disconnected participant continue until the record drops the participant', async () => {
  const { room } = await roomWith(1);
  room.record(disconnected('p0', 2));
  // Another participant comes and is seen: the media followed the record.
  room.record(joined('later', 3), published('later', 'later-mic'));
  const later = await SilentPeer.join(plane, room, 'later', 3);
  await later.produce('later-mic', 'audio');
  await waitUntil(() => consumersOf(room).length === 2 || 'the later microphone is not heard');
  room.record({ type: 'ParticipantGone', participantId: 'later', departure: 'left', at: 0 });
  await waitUntil(() => consumersOf(room).length === 1 || 'the later microphone is still heard');
  room.closedConsumers.length = 0;
  room.record({ type: 'ParticipantGone', participantId: 'p0', departure: 'expired', at: 0 });
  await waitUntil(() => consumersOf(room).length === 0 || 'the consumer is still there');
  expect(room.closedConsumers).toMatchObject([{ viewerId: 'viewer' }]);
  await room.media.close();
});
