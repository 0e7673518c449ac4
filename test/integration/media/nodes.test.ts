import type { types } from 'mediasoup-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DROP_AFTER_MS } from '../../../core/media/nodes/RoomIngress.ts';
import { SHOWN_AT_MOST_MS } from '../../../core/media/viewers/ViewerConsumer.ts';
import type { Clock } from '../../../core/ports.ts';
import type { RoomEvent } from '../../../core/room/events.ts';
import { viewOf } from '../../support/plannedMedia.ts';
import { joined, published, resumed } from '../../support/room.ts';
import { recordingLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { FakeSidecar, recordLayers } from './FakeSidecar.ts';
import { deskOf, JobList } from './ReencodedRoom.ts';
import { SpreadRoom, TestNodes } from './SpreadRoom.ts';
import type { TestPeer } from './TestPeer.ts';

/** More than mediasoup's pauses between reports on a video. */
const PATIENCE_MS = 4_000;
const LARGE = { width: 640, height: 360, pinned: true };
const SMALL = { width: 80, height: 45, pinned: false };

const nodes = new TestNodes(PATIENCE_MS);
const jobs = new JobList();
const logOfC = recordingLogger();
const FOR_EVER = [DROP_AFTER_MS, SHOWN_AT_MOST_MS];
/** By this clock a track that nobody looks at waits for ever, and so does one that its viewer might still show. */
const patientClock: Clock = {
  ...systemClock,
  setTimer: (afterMs, run) => (FOR_EVER.includes(afterMs) ? () => undefined : systemClock.setTimer(afterMs, run)),
};

beforeAll(async () => {
  // On node b the room spreads over two workers.
  await Promise.all([
    nodes.open('a', { reencoding: { queue: jobs, nodeUrl: 'http://127.0.0.1:1' } }),
    nodes.open('b', { workers: 2, workerCapacity: 4 }),
    nodes.open('c', { logger: logOfC, clock: patientClock }),
  ]);
});
afterAll(async () => {
  await nodes.close();
});

function setMuted(muted: boolean): RoomEvent {
  return { type: muted ? 'TrackMuted' : 'TrackUnmuted', participantId: 'ann', trackId: 'mic' };
}

/** Ann is on node a with a camera and a microphone, the others are on another node. */
async function meeting(
  roomId: string,
  viewers: readonly string[],
  nodeId = 'b',
): Promise<{ room: SpreadRoom; ann: TestPeer }> {
  const room = new SpreadRoom(nodes, roomId);
  room.record(joined('ann', 1, { nodeId: 'a' }));
  for (const [index, id] of viewers.entries()) room.record(joined(id, index + 2, { nodeId }));
  room.record(published('ann', 'cam', 'camera'), published('ann', 'mic'));
  const ann = await room.join('a', 'ann', 1);
  await Promise.all([ann.publishVideo('cam'), ann.publishAudio('mic')]);
  return { room, ann };
}

async function sees(viewer: TestPeer, trackId = 'cam', more = 3): Promise<void> {
  const enough = (await viewer.received(trackId)).framesDecoded + more;
  await waitUntil(async () => {
    const { framesDecoded } = await viewer.received(trackId);
    return framesDecoded >= enough || `${viewer.id} has ${framesDecoded} of ${enough} pictures of ${trackId}`;
  });
}

/** Waits for new pictures from whichever producer of the camera. */
async function seesSome(viewer: TestPeer, more = 3): Promise<void> {
  const before = new Map<string, number>();
  await waitUntil(async () => {
    for (const consumer of viewer.carriers.values()) {
      if (consumer.kind !== 'video') continue;
      const { framesDecoded } = await viewer.receivedBy(consumer);
      if (framesDecoded >= (before.get(consumer.id) ?? framesDecoded) + more) return true;
      if (!before.has(consumer.id)) before.set(consumer.id, framesDecoded);
    }
    return `${viewer.id} sees nothing new`;
  });
}

async function hears(viewer: TestPeer, more = 10): Promise<void> {
  const enough = (await viewer.received('mic')).packets + more;
  await waitUntil(async () => (await viewer.received('mic')).packets >= enough || `${viewer.id} does not hear ann`);
}

test('picture and sound cross once for all who look, each in the layer of its tile; a latecomer gets a keyframe', async () => {
  const { room } = await meeting('crossing', ['bob', 'cem', 'dan']);
  try {
    const before = nodes.plane('a').load().consumers;
    const [bob, cem] = await Promise.all([room.join('b', 'bob', 2), room.join('b', 'cem', 3)]);
    await Promise.all([sees(bob), sees(cem), hears(bob), hears(cem)]);
    expect(nodes.plane('a').load().consumers - before).toBe(2);
    expect(room.pulledTo('b')).toEqual(['cam from a', 'mic from a']);
    expect(room.pulledTo('a')).toEqual([]);

    const media = room.on('b').media;
    media.setView('bob', 2, viewOf([['cam', LARGE]]));
    media.setView('cem', 3, viewOf([['cam', SMALL]]));
    await waitUntil(async () => (await bob.received('cam')).frameHeight === 360 || 'bob has no high layer');
    await waitUntil(async () => (await cem.received('cam')).frameHeight === 180 || 'cem has no low layer');

    const dan = await room.join('b', 'dan', 4);
    await sees(dan);
    expect(new Set([bob, cem, dan].map(({ icePort }) => icePort)).size).toBe(2);
    await waitUntil(
      () => room.on('b').speakers.some(({ participantId }) => participantId === 'ann') || 'ann is silent',
    );
    expect(nodes.plane('a').load().consumers - before).toBe(2);
  } finally {
    await room.close();
  }
});

test('[M2] a muted track is silent on the other node, whichever node hears of it first', async () => {
  const { room, ann } = await meeting('mute', ['bob']);
  try {
    const bob = await room.join('b', 'bob', 2);
    await hears(bob);
    const staysSilent = async (): Promise<void> => {
      const sent = async (more: number): Promise<void> => {
        const enough = (await ann.sent('mic')).packets + more;
        await waitUntil(async () => (await ann.sent('mic')).packets >= enough || 'ann does not send');
      };
      await sent(5); // Packets in flight have arrived.
      const { packets } = await bob.received('mic');
      await sent(25);
      expect((await bob.received('mic')).packets).toBe(packets);
    };
    for (const first of ['a', 'b']) {
      room.on(first).record(setMuted(true));
      await staysSilent();
      room.on(first === 'a' ? 'b' : 'a').record(setMuted(true));
      await staysSilent();
      room.record(setMuted(false));
      await hears(bob);
    }
  } finally {
    await room.close();
  }
});

test('a camera that nobody on any node looks at is not sent and does not cross; looking again brings it back', async () => {
  const { room } = await meeting('unused', ['bob']);
  try {
    const bob = await room.join('b', 'bob', 2);
    await sees(bob);
    const { media } = room.on('b');
    media.setView('bob', 2, viewOf([['cam', SMALL]]));
    const wanted = () => room.on('a').wantedLayers.at(-1)?.maxSpatialLayer;
    await waitUntil(() => wanted() === 0 || `ann hears that ${wanted()} is wanted`);
    media.setView('bob', 2, viewOf([]));
    await waitUntil(() => wanted() === -1 || `ann hears that ${wanted()} is wanted`);
    await waitUntil(() => room.pulledTo('b').join() === 'mic from a' || `${room.pulledTo('b')} cross`);
    media.setView('bob', 2, viewOf([['cam', LARGE]]));
    await sees(bob);
    expect(wanted()).toBe(1);

    media.closeParticipant('bob', 2);
    await waitUntil(() => room.pulledTo('b').length === 0 || `${room.pulledTo('b')} cross for nobody`);
    await waitUntil(() => nodes.plane('a').load().consumers === 0 || 'something still goes out');
  } finally {
    await room.close();
  }
});

test('a reencoded track crosses in place of its source, answers newcomers, and leaves the source to come back', async () => {
  const { room } = await meeting('reencoded', ['bob', 'cem']);
  room.record({ type: 'TrackReencodingWished', participantId: 'ann', trackId: 'cam', wanted: true });
  const sidecar = await FakeSidecar.open(deskOf(nodes.plane('a')), await recordLayers(), 'sidecar');
  const pathsTo = (viewerId: string): string =>
    room
      .on('b')
      .media.inventory()
      .consumers.filter((one) => one.viewerId === viewerId && one.trackId === 'cam' && !one.paused)
      .map(({ path }) => path)
      .join();
  const receives = (viewerId: string, path: string): Promise<void> =>
    waitUntil(
      () => pathsTo(viewerId) === path || `${viewerId} receives ${pathsTo(viewerId) || 'nothing'}, not ${path}`,
    );
  /** Of what crosses to node b, the microphone always comes from its source. */
  const crosses = (wanted: { source: number; reencoded: number }): Promise<void> =>
    waitUntil(() => {
      const { source, reencoded } = nodes.plane('b').crossingTracks();
      return (source === wanted.source && reencoded === wanted.reencoded) || `${source} and ${reencoded} cross`;
    });
  try {
    const bob = await room.join('b', 'bob', 2);
    await seesSome(bob);
    await receives('bob', 'source');
    await sidecar.attach(await jobs.next('reencoded'));
    await receives('bob', 'reencoded');
    await seesSome(bob);
    // The source, which nobody looks at, does not cross any more: no newcomer here can request anything of it.
    await crosses({ source: 1, reencoded: 1 });
    expect(nodes.plane('a').crossingTracks()).toEqual({ source: 0, reencoded: 0 });

    const { keyframeRequests } = sidecar;
    const cem = await room.join('b', 'cem', 3);
    await receives('cem', 'reencoded');
    await seesSome(cem);
    // On a machine without CPU pulses come late, and viewers are with the source for a while.
    await crosses({ source: 1, reencoded: 1 });
    expect(sidecar.keyframeRequests).toBeGreaterThan(keyframeRequests);

    sidecar.die();
    await Promise.all(['bob', 'cem'].map((id) => receives(id, 'source')));
    await seesSome(bob);
    await crosses({ source: 2, reencoded: 0 });
  } finally {
    sidecar.close();
    await room.close();
  }
});

test('three nodes: everybody receives everybody, each track crosses once to each node', async () => {
  const room = new SpreadRoom(nodes, 'three');
  const people = [
    ['a', 'ann'],
    ['b', 'bob'],
    ['c', 'cem'],
  ] as const;
  for (const [index, [nodeId, id]] of people.entries()) {
    room.record(joined(id, index + 1, { nodeId }), published(id, `${id}-cam`, 'camera'));
  }
  try {
    const peers = await Promise.all(people.map(([nodeId, id], index) => room.join(nodeId, id, index + 1)));
    await Promise.all(peers.map((peer) => peer.publishVideo(`${peer.id}-cam`)));
    for (const peer of peers) {
      for (const other of peers) if (other !== peer) await sees(peer, `${other.id}-cam`);
    }
    expect(room.pulledTo('a')).toEqual(['bob-cam from b', 'cem-cam from c']);
    expect(room.pulledTo('c')).toEqual(['ann-cam from a', 'bob-cam from b']);
  } finally {
    await room.close();
  }
});

test('while the nodes cannot talk media flow on, new tracks wait, and an ended one goes when they talk again', async () => {
  const { room, ann } = await meeting('cut', ['bob']);
  try {
    const bob = await room.join('b', 'bob', 2);
    await Promise.all([sees(bob), hears(bob)]);
    const carrier = bob.consumers.get('cam');
    nodes.channels.cut('a', 'b');
    room.record(published('ann', 'screen', 'screen'));
    await ann.publishVideo('screen');
    const since = Date.now();
    await waitUntil(() => Date.now() - since > 1.5 * PATIENCE_MS || 'not long enough for a silent pipe to end');
    await Promise.all([sees(bob), hears(bob)]);
    expect(bob.consumers.get('cam')).toBe(carrier);
    expect(room.pulledTo('b')).toEqual(['cam from a', 'mic from a']);

    room.record({ type: 'TrackUnpublished', participantId: 'ann', trackId: 'mic' });
    nodes.channels.heal('a', 'b');
    await sees(bob, 'screen');
    expect(room.pulledTo('b')).toEqual(['cam from a', 'screen from a']);
    expect(bob.consumers.get('cam')).toBe(carrier);
  } finally {
    nodes.channels.heal('a', 'b');
    await room.close();
  }
});

test('[M2] a publisher who moves to another node is sent from both until the viewer shows the new one; a mute mutes both', async () => {
  const { room, ann } = await meeting('moving', ['bob'], 'c');
  try {
    const bob = await room.join('c', 'bob', 2);
    bob.tellsShown = true;
    await Promise.all([sees(bob), hears(bob)]);
    const before = [...bob.carriers.values()];
    // Node a drains: it does not hear of the new session before everybody has moved.
    room.on('b').record(resumed('ann', 3, 'b'));
    room.on('c').record(resumed('ann', 3, 'b'));
    const moved = await room.join('b', 'ann', 3);
    await Promise.all([moved.publishVideo('cam'), moved.publishAudio('mic')]);
    const now = () => [...bob.carriers.values()].filter((carrier) => !before.includes(carrier));
    await waitUntil(() => now().length === 2 || `bob has ${now().length} of the 2 new consumers`);
    const arrives = async (more: number, ...consumers: readonly types.Consumer[]): Promise<void> => {
      const packets = () => Promise.all(consumers.map(async (one) => (await bob.receivedBy(one)).packets));
      const enough = (await packets()).map((already) => already + more);
      await waitUntil(async () => {
        const [here, wanted] = [await packets(), enough];
        return here.every((count, index) => count >= (wanted[index] ?? 0)) || `bob has ${here} of ${wanted} packets`;
      });
    };
    await arrives(20, ...before, ...now());

    const sounds = [...before, ...now()].filter(({ kind }) => kind === 'audio');
    const heard = () => Promise.all(sounds.map(async (sound) => (await bob.receivedBy(sound)).packets));
    room.record(setMuted(true));
    await arrives(5, ...now().filter(({ kind }) => kind === 'video')); // What was on the way has arrived.
    const atMute = await heard();
    await arrives(20, ...now().filter(({ kind }) => kind === 'video'));
    expect(await heard()).toEqual(atMute);
    room.record(setMuted(false));
    await hears(bob);

    // A sound that starts again no longer needs its former node. The picture does until bob says that he shows the new
    // one.
    expect(room.pulledTo('c')).toEqual(['cam from a', 'cam from b', 'mic from b']);
    bob.shows(...now().map(({ producerId }) => producerId));
    await waitUntil(() => {
      const crossing = room.pulledTo('c').join(', ');
      return crossing === 'cam from b, mic from b' || `${crossing} cross`;
    });
    await Promise.all([sees(bob), hears(bob)]);
    ann.close();
  } finally {
    await room.close();
  }
});

test('a track whose publisher comes here while it is pulled is not shown to anybody', async () => {
  const { room, ann } = await meeting('late', ['bob']);
  const answers = Promise.withResolvers<void>();
  try {
    const before = nodes.plane('a').load().consumers;
    const pulled = (count: number, why: string) =>
      waitUntil(() => nodes.plane('a').load().consumers - before === count || why);
    nodes.channels.holdAnswers('b', answers.promise);
    const bob = await room.join('b', 'bob', 2);
    await pulled(2, 'node b has not asked for both tracks');
    room.on('b').record(resumed('ann', 3, 'b'));
    const moved = await room.join('b', 'ann', 3);
    await Promise.all([moved.publishVideo('cam'), moved.publishAudio('mic')]);
    await Promise.all([sees(bob), hears(bob)]);
    answers.resolve();
    await pulled(0, 'node b still gets tracks from node a');
    expect(bob.carriers.size).toBe(2);
    ann.close();
  } finally {
    answers.resolve();
    await room.close();
  }
});

test('when a node dies its tracks end on the others, and what went to it ends too', async () => {
  await nodes.open('d');
  const room = new SpreadRoom(nodes, 'death');
  room.record(joined('ann', 1, { nodeId: 'd' }), joined('bob', 2, { nodeId: 'b' }));
  room.record(published('ann', 'cam', 'camera'), published('bob', 'bob-cam', 'camera'));
  const ann = await room.join('d', 'ann', 1);
  const bob = await room.join('b', 'bob', 2);
  try {
    await Promise.all([ann.publishVideo('cam'), bob.publishVideo('bob-cam')]);
    await Promise.all([sees(bob), sees(ann, 'bob-cam')]);
    await nodes.kill('d');
    await waitUntil(() => room.pulledTo('b').length === 0 || 'the tracks of a dead node stay');
    await waitUntil(() => nodes.plane('b').load().consumers === 0 || 'a dead node is still sent something');
  } finally {
    await room.close();
  }
});

test('media that get lost between two nodes are missed, and the log says where they should have come', async () => {
  // Its packets come from another address than it says: no pipe takes them.
  await nodes.open('lost', { pipes: { address: '127.9.9.9', ports: null } });
  const room = new SpreadRoom(nodes, 'lost');
  room.record(joined('ann', 1, { nodeId: 'lost' }), joined('bob', 2, { nodeId: 'c' }), published('ann', 'mic'));
  try {
    const ann = await room.join('lost', 'ann', 1);
    await room.join('c', 'bob', 2);
    await ann.publishAudio('mic');
    const warned = () => logOfC.lines.find(({ level }) => level === 'warn');
    await waitUntil(() => warned() !== undefined || 'nobody misses the sound');
    expect(warned()).toMatchObject({
      fields: { from: 'lost', address: '127.0.0.1', port: expect.any(Number) },
      message: expect.stringContaining('INTERNAL_MEDIA_ADDRESS'),
    });
  } finally {
    await room.close();
  }
});
