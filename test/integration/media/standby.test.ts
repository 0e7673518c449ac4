import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import { STANDBY_SESSION } from '../../../core/media/RoomMedia.ts';
import type { RoomEvent } from '../../../core/room/events.ts';
import { joined, published } from '../../support/room.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { SilentPeer } from './SilentPeer.ts';
import { TestPeer } from './TestPeer.ts';
import { openTestPlane, TestRoom } from './TestRoom.ts';

let plane: MediaPlane;

beforeAll(async () => {
  plane = await openTestPlane();
});
afterAll(async () => {
  await plane.close();
});

const muted: RoomEvent = { type: 'TrackMuted', participantId: 'ann', trackId: 'mic' };

function resumed(participantId: string, session: number): RoomEvent {
  return { type: 'ParticipantResumed', participantId, session, nodeId: 'node-1', at: 0 };
}

/** A room whose people have their sessions on another node: ann sends, bob receives, both stand by here. */
async function standingRoom() {
  const room = new TestRoom(plane);
  room.record(joined('ann', 1), joined('bob', 2), published('ann', 'mic'), published('ann', 'cam', 'camera'));
  const ann = await TestPeer.join(plane, room, 'ann', STANDBY_SESSION);
  const bob = await TestPeer.join(plane, room, 'bob', STANDBY_SESSION);
  await Promise.all([ann.publishAudio('mic'), ann.publishVideo('cam')]);
  await waitUntil(async () => (await bob.received('mic')).packets > 10 || 'bob does not hear ann');
  const end = async (): Promise<void> => {
    ann.close();
    bob.close();
    await room.media.close();
  };
  return { room, ann, bob, end };
}

test('whoever stands by gets sound and no pictures, and after the promotion pictures without any new media', async () => {
  const { room, ann, bob, end } = await standingRoom();
  try {
    await waitUntil(() => bob.consumers.has('cam') || 'bob has no consumer of the camera');
    await waitUntil(async () => (await ann.sent('cam')).packets > 50 || 'ann sends no pictures');
    expect((await bob.received('cam')).packets).toBe(0);

    const consumers = [...bob.consumers.values()];
    room.record(resumed('ann', 3), resumed('bob', 4));
    expect(room.media.promote('ann', 3)).toBe(true);
    expect(room.media.promote('bob', 4)).toBe(true);
    await waitUntil(async () => (await bob.received('cam')).framesDecoded > 5 || 'bob does not see ann');
    expect([...bob.consumers.values()]).toEqual(consumers);
    expect(room.lost).toEqual([]);
  } finally {
    await end();
  }
});

test('[M2] a mute in the record silences whoever stands by, and the promotion does not unmute', async () => {
  const { room, ann, bob, end } = await standingRoom();
  try {
    const sendsOn = async (packets: number): Promise<void> => {
      const enough = (await ann.sent('mic')).packets + packets;
      await waitUntil(async () => (await ann.sent('mic')).packets >= enough || 'ann does not send');
    };
    room.record(muted);
    await sendsOn(10); // Packets in flight have arrived.
    const before = (await bob.received('mic')).packets;
    await sendsOn(25);
    room.record(resumed('ann', 3), resumed('bob', 4));
    room.media.promote('ann', 3);
    room.media.promote('bob', 4);
    await sendsOn(25);
    expect((await bob.received('mic')).packets).toBe(before);
  } finally {
    await end();
  }
});

test('[J5] no session is taken from whoever stands by, and its own place is where its session is', async () => {
  const room = new TestRoom(plane);
  room.record(joined('ann', 1), joined('bob', 2), published('ann', 'mic'));
  const standing = await SilentPeer.join(plane, room, 'ann', STANDBY_SESSION);
  await standing.produce('mic', 'audio');

  room.record(resumed('ann', 3)); // On another node: who stands by here goes on to.
  room.media.closeParticipant('ann', 1);
  expect(room.media.inventory().producers).toHaveLength(1);
  expect(() => room.media.promote('ann', 1)).toThrow(expect.objectContaining({ code: 'STALE_SESSION' }));

  await SilentPeer.join(plane, room, 'ann', 3);
  await expect(standing.produce('mic', 'audio')).rejects.toMatchObject({ code: 'STALE_SESSION' });
  await expect(SilentPeer.join(plane, room, 'ann', STANDBY_SESSION)).rejects.toMatchObject({ code: 'STALE_SESSION' });
  expect(room.media.promote('ann', 3)).toBe(false);

  room.record({ type: 'ParticipantGone', participantId: 'bob', departure: 'removed', at: 0 });
  await expect(SilentPeer.join(plane, room, 'bob', STANDBY_SESSION)).rejects.toMatchObject({ code: 'STALE_SESSION' });
  await room.media.close();
});
