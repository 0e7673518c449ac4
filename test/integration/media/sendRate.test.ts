import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import { joined, published } from '../../support/room.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestPeer } from './TestPeer.ts';
import { openTestPlane, TestRoom } from './TestRoom.ts';

let plane: MediaPlane;

beforeAll(async () => {
  // A tone takes some 40 kbit/s.
  plane = await openTestPlane({ maxIncomingBitrateBps: 6_000 });
});
afterAll(() => plane.close());

test('a sender far above its bitrate is paused and told so, and is heard again once it obeys', async () => {
  const room = new TestRoom(plane);
  room.record(joined('ann', 1), joined('bob', 2), published('ann', 'mic', 'microphone'));
  const ann = await TestPeer.join(plane, room, 'ann', 1);
  const bob = await TestPeer.join(plane, room, 'bob', 2);
  const isPaused = (trackId: string) => room.media.inventory().producers.find((p) => p.trackId === trackId)?.paused;
  try {
    const producer = await ann.publishAudio('mic');
    await waitUntil(async () => (await bob.received('mic')).packets > 10 || 'bob does not hear ann');
    await waitUntil(() => isPaused('mic') || 'ann is not paused');
    await waitUntil(
      () =>
        room.wantedLayers.some((wish) => wish.trackId === 'mic' && wish.maxSpatialLayer === -1) || 'ann is not told',
    );

    // Another track does not help, and neither does the plan.
    room.record(published('ann', 'second', 'screenAudio'));
    await ann.publishAudio('second');
    room.record(joined('carl', 3));
    await waitUntil(() => room.media.inventory().producers.length === 2 || 'there is no second track');
    expect([isPaused('mic'), isPaused('second')]).toEqual([true, true]);

    await Promise.all([...ann.producers.values()].map((sending) => sending.replaceTrack({ track: null })));
    await waitUntil(() => (!isPaused('mic') && !isPaused('second')) || 'ann stays paused');
    expect(room.wantedLayers.filter(({ trackId }) => trackId === 'mic').at(-1)?.maxSpatialLayer).toBe(0);
    expect(producer.closed).toBe(false);
  } finally {
    ann.close();
    bob.close();
    await room.media.close();
  }
});
