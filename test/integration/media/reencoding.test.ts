import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { recordLayers } from './FakeSidecar.ts';
import { deskOf, JobList, PictureWatch, ReencodedRoom, type Served } from './ReencodedRoom.ts';
import { openTestPlane } from './TestRoom.ts';
import { onNewProducer } from './workers.ts';

/** Cameras take 15 pictures a second; a viewer whose keyframe was requested too late misses more than this. */
const HOLE = 9;
/** The most a viewer may miss when a sidecar dies, and when it falls silent: then its pulses must be missed first. */
const FALLBACK = 6;
const SILENT_FALLBACK = 8;

/**
 * mediasoup asks again after a second: a request that a source owed comes within this time of the one before, if at
 * all.
 */
const REQUESTS_FALL_DUE_MS = 1_500;

const queue = new JobList();
let plane: MediaPlane;
let recording: readonly (readonly Buffer[])[];
let scene: ReencodedRoom;
let rooms = 0;
/** Keyframe requests that reached publishers. */
let requestsAtSource = 0;
let lastRequestAt = 0;

beforeAll(async () => {
  onNewProducer((producer, transport) => {
    if (producer.kind !== 'video' || transport.type !== 'webrtc') return;
    producer.on('trace', () => {
      requestsAtSource += 1;
      lastRequestAt = performance.now();
    });
    // A test may be about to kill the worker.
    producer.enableTraceEvent(['pli', 'fir']).catch(() => producer.close());
  });
  recording = await recordLayers();
  plane = await openTestPlane({ reencoding: { queue, nodeUrl: 'http://127.0.0.1:1' } });
});
afterEach(async () => {
  queue.away = false;
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

describe('jobs', () => {
  test('a wish puts a job into the queue, and the end of the wish removes it', async () => {
    scene = openScene();
    await scene.publish(await scene.join('ann'));
    const jobId = await queue.next(scene.roomId);
    expect(queue.jobs.get(jobId)).toEqual({
      jobId,
      roomId: scene.roomId,
      participantId: 'ann',
      trackId: 'cam',
      nodeId: 'node-1',
      nodeUrl: 'http://127.0.0.1:1',
    });
    expect(jobId).not.toContain(':');
    scene.room.record({ type: 'TrackReencodingWished', participantId: 'ann', trackId: 'cam', wanted: false });
    await waitUntil(() => !queue.jobs.has(jobId) || 'the job is still there');
    expect(await (await scene.openSidecar()).attach(jobId)).toMatchObject({ type: 'unwanted' });
  });

  test('a queue that was away or lost its jobs gets them again', async () => {
    scene = openScene();
    queue.away = true;
    await scene.publish(await scene.join('ann'));
    await waitUntil(() => queue.refused > 0 || 'nobody has tried to add the job');
    queue.away = false;
    const jobId = await queue.next(scene.roomId);
    queue.jobs.clear();
    expect(await queue.next(scene.roomId)).toBe(jobId);
    const sidecar = await scene.openSidecar();
    await sidecar.attach(jobId);
    queue.jobs.clear();
    // The queue gets the jobs of other rooms again whenever it loses them; this one has its sidecar.
    const idle = openScene();
    await idle.publish(await idle.join('bob'));
    await queue.next(idle.roomId);
    queue.jobs.clear();
    await queue.next(idle.roomId);
    expect([...queue.jobs.values()].map(({ roomId }) => roomId)).toEqual([idle.roomId]);
    await idle.close();
  });

  test('a sidecar that cannot decode the source, or asks for media in the clear from afar, is unsuitable', async () => {
    scene = openScene();
    await scene.publish(await scene.join('ann'));
    const jobId = await queue.next(scene.roomId);
    const sidecar = await scene.openSidecar();
    expect(await sidecar.attach(jobId, 1, { inputs: ['H264'] })).toMatchObject({ type: 'unsuitable' });
    expect(await sidecar.attach(jobId, 1, { address: '192.0.2.1' })).toMatchObject({ type: 'unsuitable' });
    expect(await sidecar.attach('another-job')).toMatchObject({ type: 'unwanted' });
    expect(await sidecar.attach(jobId)).toMatchObject({ type: 'attached' });
  });
});

describe('switching', () => {
  test('viewers move to the reencoded picture without a gap, and people hear of it', async () => {
    scene = openScene();
    const ann = await scene.join('ann');
    const bob = await scene.join('bob');
    await scene.publish(ann);
    await scene.sees(bob, 'source');
    const sidecar = await scene.openSidecar();
    const watch = new PictureWatch(scene, bob);
    await sidecar.attach(await queue.next(scene.roomId));
    // The source is reopened, paused, and out of sync with the sound, which now goes with the reencoded track.
    await waitUntil(() => scene.room.closedConsumers.length > 0 || 'the source still flows');
    const [reencodedId] = [...bob.carriers.keys()].filter((producerId) => !scene.sourceIds.has(producerId));
    expect((await bob.receivedFrom(reencodedId ?? '')).framesDecoded).toBeGreaterThan(0);
    await scene.sees(bob, 'reencoded');
    await watch.end();
    expect(watch.picturesMissed()).toBeLessThan(HOLE);
    expect(scene.room.reencoded).toEqual(['cam']);
    expect(scene.room.media.reencodedTracks()).toEqual(['cam']);
    expect(plane.reencodingStats().tracks).toMatchObject([{ roomId: scene.roomId, trackId: 'cam', phase: 'ready' }]);
    expect(sidecar.heightIn).toBe(360);
  });

  test('viewers see the source at once when the sidecar dies, and later the next sidecar’s picture', async () => {
    const { bob, sidecar } = await servedScene();
    const { fallbacks } = plane.reencodingStats();
    const watch = new PictureWatch(scene, bob);
    await watch.shows('reencoded');
    sidecar.die();
    await watch.shows('source');
    expect(watch.picturesMissed()).toBeLessThan(FALLBACK);
    expect(plane.reencodingStats().fallbacks).toBe(fallbacks + 1);
    await waitUntil(() => scene.room.reencoded.length === 0 || 'people were not told');

    // It is another job: the queue does not yet know that the sidecar with the old one is dead.
    const next = await scene.openSidecar('next');
    const jobId = await queue.next(scene.roomId);
    expect(jobId).not.toBe(sidecar.jobId);
    expect(await next.attach(sidecar.jobId, 2)).toMatchObject({ type: 'unwanted' });
    await next.attach(jobId);
    await scene.served('bob');
    await watch.end();
  });

  test('a sidecar that is silent for a while loses its viewers, and gets them back automatically', async () => {
    const { bob, sidecar } = await servedScene();
    const watch = new PictureWatch(scene, bob);
    await watch.shows('reencoded');
    sidecar.pulses = false;
    sidecar.sends = false;
    await watch.shows('source');
    expect(watch.picturesMissed()).toBeLessThan(SILENT_FALLBACK);
    sidecar.pulses = true;
    sidecar.sends = true;
    await scene.served('bob');
    await watch.end();
    expect(sidecar.releases).toEqual([]);
  });

  test('a sidecar that takes frames and sends none also loses its viewers', async () => {
    const { bob, sidecar } = await servedScene();
    sidecar.sends = false;
    await waitUntil(() => scene.pathsTo('bob').join() === 'source' || 'bob is not back at the source');
    await scene.sees(bob, 'source');
    sidecar.sends = true;
    await scene.served('bob');
  });

  test('viewers see the source before the reencoded picture ends with the wish', async () => {
    const { bob, sidecar } = await servedScene();
    const watch = new PictureWatch(scene, bob);
    await watch.shows('reencoded');
    scene.room.record({ type: 'ReencodingPolicyChanged', policy: { mode: 'off' } });
    await waitUntil(() => sidecar.releases.length === 1 || 'the sidecar was not released');
    await scene.sees(bob, 'source');
    await watch.end();
    expect(watch.picturesMissed()).toBeLessThan(HOLE);
    expect(scene.pathsTo('bob')).toEqual(['source']);
    expect(scene.room.media.inventory().producers.map(({ path }) => path)).toEqual(['source']);
  });

  test('a sidecar that hands over serves until another one does', async () => {
    const { bob, sidecar } = await servedScene();
    const watch = new PictureWatch(scene, bob);
    await watch.shows('reencoded');
    sidecar.detach(true);
    const jobId = await queue.next(scene.roomId);
    expect(jobId).not.toBe(sidecar.jobId);
    await watch.shows('reencoded');
    expect(scene.pathsTo('bob')).toEqual(['reencoded']);
    const next = await scene.openSidecar('next');
    await next.attach(jobId);
    await waitUntil(() => sidecar.releases.length === 1 || 'the old one was not released');
    await scene.served('bob');
    await watch.end();
    expect(watch.picturesMissed()).toBeLessThan(HOLE);
    expect(next.releases).toEqual([]);
  });

  test('viewers of a sidecar that hands over without a successor first go back to the source', async () => {
    const { bob, sidecar } = await servedScene();
    const watch = new PictureWatch(scene, bob);
    sidecar.detach(true);
    await waitUntil(() => sidecar.releases.length === 1 || 'it was not released');
    await scene.sees(bob, 'source');
    await watch.end();
    expect(watch.picturesMissed()).toBeLessThan(HOLE);
  });
});

describe('fencing', () => {
  test('a newer attempt replaces an older one, and an older or equal one is refused', async () => {
    const { sidecar } = await servedScene();
    const newer = await scene.openSidecar('newer');
    expect(await newer.attach(sidecar.jobId, 1)).toMatchObject({ type: 'unwanted' });
    expect(await newer.attach(sidecar.jobId, 3)).toMatchObject({ type: 'attached' });
    expect(sidecar.releases).toMatchObject([{ jobId: sidecar.jobId }]);
    const older = await scene.openSidecar('older');
    expect(await older.attach(sidecar.jobId, 2)).toMatchObject({ type: 'unwanted' });
    await scene.served('bob');
    expect(newer.releases).toEqual([]);
  });

  test('the newer of two attempts at once counts', async () => {
    scene = openScene();
    await scene.publish(await scene.join('ann'));
    const jobId = await queue.next(scene.roomId);
    const [first, second] = [await scene.openSidecar('first'), await scene.openSidecar('second')];
    const [one, two] = await Promise.all([first.attach(jobId, 1), second.attach(jobId, 2)]);
    expect([one.type, two.type]).toEqual(['unwanted', 'attached']);
    expect(scene.room.media.inventory().producers.filter(({ path }) => path === 'reencoded')).toHaveLength(1);
  });

  test('a sidecar whose channel closes while it attaches leaves nothing behind', async () => {
    scene = openScene();
    await scene.publish(await scene.join('ann'));
    const sidecar = await scene.openSidecar();
    const attaching = sidecar.attach(await queue.next(scene.roomId));
    deskOf(plane).lost(sidecar.link);
    expect(await attaching).toMatchObject({ type: 'unwanted' });
    expect(scene.room.media.inventory().producers.map(({ path }) => path)).toEqual(['source']);
  });
});

/** Resolves when the requests that the sources owe have come. */
async function noRequestIsDue(): Promise<void> {
  lastRequestAt = performance.now();
  const areAllThere = () => performance.now() - lastRequestAt > REQUESTS_FALL_DUE_MS;
  await waitUntil(() => areAllThere() || 'publishers are asked for keyframes all the time');
}

describe('the source', () => {
  test('newcomers get their first picture from the sidecar, without a request to the source', async () => {
    const { sidecar } = await servedScene();
    await noRequestIsDue();
    const before = { source: requestsAtSource, sidecar: sidecar.keyframeRequests };
    for (const id of ['cem', 'dan', 'eve']) {
      const peer = await scene.join(id);
      await scene.sees(peer, 'reencoded');
    }
    expect(requestsAtSource).toBe(before.source);
    expect(sidecar.keyframeRequests).toBeGreaterThan(before.sidecar);
    expect(scene.pathsTo('eve')).toEqual(['reencoded']);
  });

  test('[M2] muting pauses both producers, and no viewer receives either', async () => {
    const { ann, bob, sidecar } = await servedScene();
    scene.room.record({ type: 'TrackMuted', participantId: 'ann', trackId: 'cam' });
    await waitUntil(() => sidecar.adapts.at(-1)?.inputPaused === true || 'the sidecar was not told');
    expect(scene.room.media.inventory().producers.map(({ paused }) => paused)).toEqual([true, true]);
    const taken = async (count: number): Promise<void> => {
      const enough = ann.pictures + count;
      await waitUntil(() => ann.pictures >= enough || 'the camera stands still');
    };
    await taken(2); // Packets in flight have arrived.
    const packets = async (): Promise<number[]> =>
      await Promise.all([...bob.carriers.keys()].map(async (id) => (await bob.receivedFrom(id)).packets));
    const before = await packets();
    await taken(8);
    expect(await packets()).toEqual(before);
    scene.room.record({ type: 'TrackUnmuted', participantId: 'ann', trackId: 'cam' });
    await scene.served('bob');
    await scene.sees(bob, 'reencoded');
    expect(sidecar.adapts.at(-1)?.inputPaused).toBe(false);
  });

  test('producing a source again ends the work on the old one and makes a new job', async () => {
    const { ann, bob, sidecar } = await servedScene();
    const { id } = await ann.publishVideo('cam');
    scene.sourceIds.add(id);
    await waitUntil(() => sidecar.releases.length === 1 || 'the sidecar was not released');
    await scene.sees(bob, 'source');
    const jobId = await queue.next(scene.roomId);
    expect(jobId).not.toBe(sidecar.jobId);
    const next = await scene.openSidecar('next');
    await next.attach(jobId);
    await scene.served('bob');
  });

  test('a source that dies with its worker ends the work on it, and the sidecar hears of it', async () => {
    const { sidecar } = await servedScene();
    for (const pid of plane.workerPids()) process.kill(pid, 'SIGKILL');
    await waitUntil(() => sidecar.releases.length === 1 || 'the sidecar was not released');
    expect(scene.room.media.inventory()).toEqual({ producers: [], consumers: [] });
    expect(plane.reencodingStats().tracks).toEqual([]);
    await waitUntil(
      () => ![...queue.jobs.values()].some(({ roomId }) => roomId === scene.roomId) || 'the job is there',
    );
  });

  test('a source whose worker dies while a sidecar attaches leaves nothing behind', async () => {
    scene = openScene();
    await scene.publish(await scene.join('ann'));
    const sidecar = await scene.openSidecar();
    const jobId = await queue.next(scene.roomId);
    const attaching = sidecar.attach(jobId);
    for (const pid of plane.workerPids()) process.kill(pid, 'SIGKILL');
    await attaching;
    await waitUntil(() => plane.reencodingStats().tracks.length === 0 || 'something is left');
    expect(scene.room.media.inventory()).toEqual({ producers: [], consumers: [] });
  });
});
