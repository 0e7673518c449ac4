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

const muted = ['mic', 'cam'].map((trackId): RoomEvent => ({ type: 'TrackMuted', participantId: 'ann', trackId }));

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

test('pictures reach who stands by as soon as they are sent, and the promotion changes no media', async () => {
  const { room, bob, end } = await standingRoom();
  try {
    const seen = async (): Promise<number> => (await bob.received('cam')).framesDecoded;
    await waitUntil(() => bob.consumers.has('cam') || 'bob has no consumer of the camera');
    await waitUntil(async () => (await seen()) > 5 || 'bob does not see ann');

    const consumers = [...bob.consumers.values()];
    room.record(resumed('ann', 3), resumed('bob', 4));
    expect(room.media.promote('ann', 3)).toBe(true);
    expect(room.media.promote('bob', 4)).toBe(true);
    const before = await seen();
    await waitUntil(async () => (await seen()) > before + 5 || 'bob does not see ann');
    expect([...bob.consumers.values()]).toEqual(consumers);
    expect(room.lost).toEqual([]);
  } finally {
    await end();
  }
});

test('pictures of who was promoted first go on for those who follow, and end for those who stay', async () => {
  const { room, bob, end } = await standingRoom();
  try {
    const seen = async (): Promise<number> => (await bob.received('cam')).framesDecoded;
    await waitUntil(async () => (await seen()) > 5 || 'bob does not see ann');
    room.record(resumed('ann', 3));
    room.media.promote('ann', 3);
    const before = await seen();
    await waitUntil(async () => (await seen()) > before + 10 || 'bob does not see ann');

    const isPaused = (): boolean =>
      room.media.inventory().consumers.some(({ paused, trackId }) => trackId === 'cam' && paused);
    await waitUntil(() => isPaused() || 'bob, whose session is elsewhere, still gets the pictures');
  } finally {
    await end();
  }
});

test('the pictures of who has the session here do not flow to who stands by', async () => {
  const room = new TestRoom(plane);
  room.record(joined('ann', 1), joined('bob', 2), joined('eve', 3), published('ann', 'cam', 'camera'));
  const ann = await TestPeer.join(plane, room, 'ann', 1);
  const bob = await TestPeer.join(plane, room, 'bob', STANDBY_SESSION);
  const eve = await TestPeer.join(plane, room, 'eve', 3);
  try {
    await ann.publishVideo('cam');
    await waitUntil(() => bob.consumers.has('cam') || 'bob has no consumer of the camera');
    await waitUntil(async () => (await eve.received('cam')).framesDecoded > 10 || 'eve does not see ann');
    expect((await bob.received('cam')).packets).toBe(0);
  } finally {
    for (const peer of [ann, bob, eve]) peer.close();
    await room.media.close();
  }
});

test('[M2] a mute in the record silences whoever stands by, and the promotion does not unmute', async () => {
  const { room, ann, bob, end } = await standingRoom();
  try {
    const sendsOn = async (packets: number): Promise<void> => {
      const enough = (await ann.sent('mic')).packets + packets;
      await waitUntil(async () => (await ann.sent('mic')).packets >= enough || 'ann does not send');
    };
    await waitUntil(async () => (await bob.received('cam')).packets > 10 || 'bob does not see ann');
    room.record(...muted);
    await sendsOn(10); // Packets in flight have arrived.
    const received = async (): Promise<number[]> =>
      Promise.all(['mic', 'cam'].map(async (trackId) => (await bob.received(trackId)).packets));
    const before = await received();
    await sendsOn(25);
    room.record(resumed('ann', 3), resumed('bob', 4));
    room.media.promote('ann', 3);
    room.media.promote('bob', 4);
    await sendsOn(25);
    expect(await received()).toEqual(before);
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
