import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { networkAddress } from '../../support/networkAddress.ts';
import { published } from '../../support/room.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { PictureWatch, ReencodedRoom } from '../media/ReencodedRoom.ts';
import type { TestPeer } from '../media/TestPeer.ts';
import { SidecarCell, type SidecarUnderTest } from './SidecarCell.ts';

/** Cameras in these tests send fifteen pictures a second. */
const PICTURES_A_SECOND = 15;

let cell: SidecarCell;
let scene: ReencodedRoom;
let rooms = 0;
beforeAll(async () => {
  cell = await SidecarCell.open();
});
afterEach(async () => {
  await scene?.close();
  await cell.clear();
});
afterAll(() => cell.close());

interface Scene {
  readonly ann: TestPeer;
  readonly bob: TestPeer;
  readonly sidecar: SidecarUnderTest;
}

/** Opens a scene in which Ann publishes, Bob watches, and a sidecar serves him. */
async function servedScene(env: Record<string, string> = {}): Promise<Scene> {
  rooms += 1;
  scene = new ReencodedRoom(cell.plane, [], `room-${rooms}`);
  const sidecar = cell.startSidecar(env);
  const ann = await scene.join('ann');
  const bob = await scene.join('bob');
  await scene.publish(ann);
  await served(sidecar, bob);
  return { ann, bob, sidecar };
}

async function served(sidecar: SidecarUnderTest, viewer: TestPeer): Promise<void> {
  await waitUntil(
    () =>
      scene.pathsTo(viewer.id).join() === 'reencoded' || `${scene.pathsTo(viewer.id)}\n${sidecar.output.slice(-3_000)}`,
  );
  await scene.sees(viewer, 'reencoded');
}

const stats = () => cell.plane.reencodingStats().tracks[0]?.stats;

/** Waits until the viewer is without the sidecar. */
async function fallsBack(viewerId: string): Promise<void> {
  await waitUntil(() => scene.pathsTo(viewerId).join() === 'source' || `${scene.pathsTo(viewerId)}`);
}

async function takesJobs(sidecar: SidecarUnderTest): Promise<void> {
  await waitUntil(() => sidecar.output.includes('sidecar takes jobs') || sidecar.output);
}

/** Waits for `count` reports of the track, which come once a second. */
async function reports(count: number): Promise<void> {
  const seen = new Set([stats()]);
  await waitUntil(() => {
    seen.add(stats());
    return seen.size > count || `${seen.size - 1} of ${count} reports came`;
  });
}

describe('sidecars', () => {
  test('a sidecar takes the job, sends layers that a viewer sees, and ends its work with the wish', async () => {
    const { sidecar } = await servedScene();
    await waitUntil(() => (stats()?.latencyMs ?? 0) > 0 || 'statistics');
    expect(stats()).toMatchObject({ width: 640, height: 360 });
    await waitUntil(async () => {
      const [known] = await cell.recovery.sidecars.sidecars();
      return (known?.tracks === 1 && known.engine === 'libav') || JSON.stringify(known);
    });
    scene.room.record({ type: 'ReencodingPolicyChanged', policy: { mode: 'off' } });
    await waitUntil(() => sidecar.output.includes('track done') || sidecar.output.slice(-2_000));
    await fallsBack('bob');
  });

  test('a sidecar serves again after its track process is killed, or hangs, and nobody is without a picture', async () => {
    const { bob, sidecar } = await servedScene();
    const watch = new PictureWatch(scene, bob);
    await watch.shows('reencoded');
    const [track = 0] = sidecar.tracks;
    process.kill(track, 'SIGKILL');
    await waitUntil(() => !sidecar.tracks.includes(track) || 'it ends');
    await fallsBack('bob');
    await served(sidecar, bob);
    await watch.end();
    expect(watch.picturesMissed()).toBeLessThan(PICTURES_A_SECOND);
    expect(sidecar.output).toContain('its track starts again');

    const [hanging = 0] = sidecar.tracks;
    process.kill(hanging, 'SIGSTOP');
    await fallsBack('bob');
    await scene.sees(bob, 'source');
    await served(sidecar, bob);
    expect(sidecar.tracks).not.toContain(hanging);
  });

  test('another sidecar replaces a killed one, and viewers see the source meanwhile', async () => {
    const { bob, sidecar } = await servedScene();
    const second = cell.startSidecar();
    await takesJobs(second);
    const tracks = sidecar.tracks;
    const watch = new PictureWatch(scene, bob);
    await watch.shows('reencoded');
    const killedAt = Date.now();
    await sidecar.kill();
    await waitUntil(() => watch.firstFrameAfter(killedAt, 'source') !== null || 'the source is seen');
    await served(second, bob);
    await watch.end();
    expect(watch.picturesMissed()).toBeLessThan(PICTURES_A_SECOND);
    await waitUntil(() => !tracks.some(isAlive) || 'its track processes end');
  });

  test('a sidecar that stands by takes no job until it is told to, and then the track has a loaded process', async () => {
    const { bob, sidecar } = await servedScene();
    const standby = cell.startSidecar({ EVERROOM_STANDBY: '1' });
    await standby.standsBy();
    await waitUntil(() => standby.tracks.length > 1 || 'it has one spare track process');
    const [spare] = standby.tracks;
    const known = async () => (await cell.recovery.sidecars.sidecars()).map(({ name }) => name);
    await sidecar.kill();
    await fallsBack('bob');
    expect(await known()).not.toContain(standby.name);
    expect(standby.output).not.toContain('sidecar takes jobs');
    standby.serve();
    await served(standby, bob);
    expect(standby.output).toMatch(new RegExp(`"pid":${spare},.*"track attached"`, 'u'));
    expect(await known()).toContain(standby.name);
  });

  test('a draining sidecar hands over to another without a gap', async () => {
    const { bob, sidecar } = await servedScene();
    const second = cell.startSidecar();
    await takesJobs(second);
    const watch = new PictureWatch(scene, bob);
    await watch.shows('reencoded');
    const drainedAt = Date.now();
    sidecar.signal('SIGTERM');
    expect(await sidecar.ended).toBe(0);
    await served(second, bob);
    await watch.end();
    expect(watch.firstFrameAfter(drainedAt, 'source')).toBeNull();
    expect(watch.picturesMissed()).toBeLessThan(0.6 * PICTURES_A_SECOND);
    expect(cell.plane.reencodingStats().tracks).toHaveLength(1);
  });

  test('a draining sidecar that is alone moves viewers back to the source and ends', async () => {
    const { bob, sidecar } = await servedScene();
    sidecar.signal('SIGTERM');
    expect(await sidecar.ended).toBe(0);
    await fallsBack('bob');
    await scene.sees(bob, 'source');
  });

  test('a sidecar that is stopped until it has lost its job serves again by itself, alone or with its tracks', async () => {
    const { bob, sidecar } = await servedScene();
    for (const others of [() => [], () => sidecar.tracks]) {
      const pids = [sidecar.pid, ...others()];
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      await fallsBack('bob');
      await waitUntil(async () => (await cell.lockedJobs()) === 0 || 'it still holds its job');
      for (const pid of pids) process.kill(pid, 'SIGCONT');
      await served(sidecar, bob);
    }
  });

  test('a sidecar ends at once on a second signal', async () => {
    const { sidecar } = await servedScene();
    sidecar.signal('SIGTERM');
    await waitUntil(() => sidecar.output.includes('sidecar ends') || sidecar.output);
    sidecar.signal('SIGTERM');
    expect(await sidecar.ended).toBe(1);
  });

  test('a sidecar without an engine stays, registers, says what to install, and leaves the job to others', async () => {
    rooms += 1;
    scene = new ReencodedRoom(cell.plane, [], `room-${rooms}`);
    const sidecar = cell.startSidecar({ REENCODER: 'ffmpeg', PATH: '/nonexistent' });
    await waitUntil(() => sidecar.output.includes('no engine works here') || sidecar.output);
    await waitUntil(async () => {
      const known = await cell.recovery.sidecars.sidecars();
      return (
        known.some(({ engine, reason }) => engine === null && reason?.includes('apt-get')) || JSON.stringify(known)
      );
    });
  });
});

test('a muted camera gets no keyframe requests, and is served when it is unmuted or published again', async () => {
  const { ann, bob, sidecar } = await servedScene();
  await waitUntil(() => (stats()?.width ?? 0) > 0 || 'statistics');
  scene.room.record({ type: 'TrackMuted', participantId: 'ann', trackId: 'cam' });
  await reports(2);
  const sent = stats()?.keyframeRequestsSent;
  await reports(2);
  expect(stats()?.keyframeRequestsSent).toBe(sent);
  scene.room.record({ type: 'TrackUnmuted', participantId: 'ann', trackId: 'cam' });
  await served(sidecar, bob);

  const said = sidecar.output.length;
  await scene.publish(ann);
  await waitUntil(() => sidecar.output.includes('track done', said) || sidecar.output.slice(-2_000));
  await served(sidecar, bob);
});

test('a closed channel opens again and the track is attached again, unless it leads to another node then', async () => {
  const { bob, sidecar } = await servedScene();
  await cell.closeChannel();
  await fallsBack('bob');
  await cell.refuses(3);
  await cell.openChannel();
  await served(sidecar, bob);

  await cell.closeChannel();
  await cell.openChannel('another');
  try {
    await waitUntil(() => sidecar.output.includes('the node was replaced') || sidecar.output.slice(-2_000));
  } finally {
    await cell.closeChannel();
    await cell.openChannel();
  }
});

test('tracks at work continue while Redis is away, and new ones are taken when it is back', async () => {
  const { bob, sidecar } = await servedScene({ LOG_LEVEL: 'debug' });
  await cell.redis.kill();
  const failures = () => sidecar.output.match(/cannot tell Redis that this sidecar lives/g)?.length ?? 0;
  await waitUntil(() => failures() >= 6 || `it failed ${failures()} times to renew its lock`);
  await scene.sees(bob, 'reencoded');
  await cell.redis.start();
  scene.room.record(published('bob', 'cam-2', 'camera'));
  await bob.publishVideo('cam-2');
  await waitUntil(() => scene.pathsTo('ann').join() === 'reencoded' || sidecar.output.slice(-2_000));
});

test('media over a network is encrypted in both directions', async () => {
  const local = cell;
  const address = networkAddress();
  cell = await SidecarCell.open(address);
  try {
    const { bob, sidecar } = await servedScene({ REENCODER_ADDRESS: address });
    await served(sidecar, bob);
  } finally {
    await scene.close();
    await cell.close();
    cell = local;
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
