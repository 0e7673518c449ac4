import { setTimeout as sleep } from 'node:timers/promises';
import type { types } from 'mediasoup';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import type { RoomEvent } from '../../../core/room/events.ts';
import { fc } from '../../support/fastCheck.ts';
import { joined, published } from '../../support/room.ts';
import { seeded } from '../../support/seed.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { SilentPeer } from './SilentPeer.ts';
import { TestPeer } from './TestPeer.ts';
import { openTestPlane, TestRoom } from './TestRoom.ts';
import { onNewProducer } from './workers.ts';

/** A random step: the workers have finished only some of their requests by then. */
const WORKERS_ANSWER_MS = 2;

let plane: MediaPlane;
const producers: types.Producer[] = [];

beforeAll(async () => {
  onNewProducer((producer) => producers.push(producer));
  plane = await openTestPlane({ workers: 2, workerCapacity: 1 });
});
afterAll(async () => {
  await plane.close();
});

function setMuted(muted: boolean): RoomEvent {
  return { type: muted ? 'TrackMuted' : 'TrackUnmuted', participantId: 'ann', trackId: 'mic' };
}

/** Waits until the publisher has sent this many more packets. */
async function sendsOn(publisher: TestPeer, packets: number): Promise<void> {
  const enough = (await publisher.sent('mic')).packets + packets;
  await waitUntil(async () => (await publisher.sent('mic')).packets >= enough || `${publisher.id} does not send`);
}

/** Waits until bob has another track of ann's: by then the workers have finished all earlier requests. */
async function later(room: TestRoom, ann: SilentPeer): Promise<void> {
  const before = room.media.inventory().consumers.length;
  room.record(published('ann', 'later', 'screenAudio'));
  await ann.produce('later', 'audio');
  await waitUntil(() => room.media.inventory().consumers.length > before || 'bob does not get the later track');
}

test('[M2] a track that the record has muted is silent, though its publisher keeps sending', async () => {
  const room = new TestRoom(plane);
  room.record(joined('ann', 1), joined('bob', 2), published('ann', 'mic', 'microphone', true));
  const ann = await TestPeer.join(plane, room, 'ann', 1);
  const bob = await TestPeer.join(plane, room, 'bob', 2);
  try {
    await ann.publishAudio('mic');
    await waitUntil(async () => (await ann.sent('mic')).packets > 30 || 'ann does not send');
    expect((await bob.received('mic')).packets).toBe(0);

    room.record(setMuted(false));
    await waitUntil(async () => (await bob.received('mic')).packets > 10 || 'bob does not hear ann');

    room.record(setMuted(true));
    await sendsOn(ann, 5); // Packets in flight have arrived.
    const before = (await bob.received('mic')).packets;
    await sendsOn(ann, 25);
    expect((await bob.received('mic')).packets).toBe(before);
  } finally {
    ann.close();
    bob.close();
    await room.media.close();
  }
});

test('[M2] a producer starts paused and stays so if its track is muted meanwhile', async () => {
  const room = new TestRoom(plane);
  room.record(joined('ann', 1), joined('bob', 2), published('ann', 'mic'));
  const ann = await SilentPeer.join(plane, room, 'ann', 1);
  await SilentPeer.join(plane, room, 'bob', 2);
  const producing = ann.produce('mic', 'audio');
  room.record(setMuted(true));
  const { producerId } = await producing;
  await waitUntil(() => room.media.inventory().consumers.length === 1 || 'bob has no consumer');
  await later(room, ann);
  const all = producers.filter((producer) => producer.id === producerId);
  expect(all.map((producer) => producer.paused)).not.toContain(false);
  await room.media.close();
});

test('[M2] the source stays silent if it is muted while its twin on another worker resumes', async () => {
  const room = new TestRoom(plane);
  room.record(joined('ann', 1), joined('bob', 2), published('ann', 'mic', 'microphone', true));
  const ann = await SilentPeer.join(plane, room, 'ann', 1);
  await SilentPeer.join(plane, room, 'bob', 2);
  const { producerId } = await ann.produce('mic', 'audio');
  await waitUntil(() => room.media.inventory().consumers.length === 1 || 'bob has no consumer');
  const [source, twin] = producers.filter((producer) => producer.id === producerId);
  let muted = false;
  twin?.observer.once('resume', () => {
    room.record(setMuted(true));
    muted = true;
  });
  room.record(setMuted(false));
  await waitUntil(() => (muted && twin?.paused === true) || 'the twin was not paused');
  await later(room, ann);
  expect(source?.paused).toBe(true);
  await room.media.close();
});

test('[M2] producers and twins end in the record’s state, however mutes, unmutes and produces interleave', async () => {
  const steps = fc.array(fc.constantFrom('mute', 'unmute', 'produce', 'turn', 'wait'), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const room = new TestRoom(plane);
      room.record(joined('ann', 1), joined('bob', 2), published('ann', 'mic'));
      const ann = await SilentPeer.join(plane, room, 'ann', 1);
      await SilentPeer.join(plane, room, 'bob', 2);
      let muted = false;
      const produced = [ann.produce('mic', 'audio')];
      for (const step of sequence) {
        if (step === 'produce') produced.push(ann.produce('mic', 'audio'));
        else if (step === 'wait') await sleep(WORKERS_ANSWER_MS);
        else if (step === 'turn') await new Promise(setImmediate);
        else if (muted !== (step === 'mute')) {
          muted = step === 'mute';
          room.record(setMuted(muted));
        }
      }
      const { producerId } = (await Promise.all(produced)).at(-1) ?? {};
      await waitUntil(() => {
        const live = producers.filter((producer) => producer.id === producerId && !producer.closed);
        // The source and its twin on the other worker.
        if (live.length !== 2) return `${live.length} of 2 producers`;
        return live.every((producer) => producer.paused === muted) || `not all ${muted ? 'paused' : 'resumed'}`;
      });
      await room.media.close();
    }),
    seeded('interleavings', 30),
  );
});

test('a camera that sends nothing, though it is not muted, does not go with perfect quality', async () => {
  const room = new TestRoom(plane, 'silent-camera');
  room.record(joined('ann', 1), joined('bob', 2), published('ann', 'cam', 'camera'));
  const ann = await TestPeer.join(plane, room, 'ann', 1);
  const bob = await TestPeer.join(plane, room, 'bob', 2);
  try {
    const producer = await ann.publishVideo('cam');
    await waitUntil(async () => (await bob.received('cam')).framesDecoded > 5 || 'bob does not see ann');
    const qualityOfAnn = () => room.qualities.findLast(({ participantId }) => participantId === 'ann')?.quality ?? 3;
    expect(qualityOfAnn()).toBeGreaterThan(1);
    const camera = producer.track;
    await producer.replaceTrack({ track: null });
    await waitUntil(() => qualityOfAnn() === 1 || `the quality is ${qualityOfAnn()}`);
    await producer.replaceTrack({ track: camera });
    await waitUntil(() => qualityOfAnn() > 1 || 'the quality stays low');
  } finally {
    ann.close();
    bob.close();
    await room.media.close();
  }
});
