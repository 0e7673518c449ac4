import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Room } from '../../client/Room.ts';
import { MemoryStorage } from '../../client/storage.ts';
import { Recording } from '../../ops/drills/Recording.ts';
import { Cleanup } from '../../ops/kit/cleanup.ts';
import { startBot } from '../../ops/kit/clients/startBot.ts';
import { PrivateCluster } from '../../ops/kit/deployment/PrivateCluster.ts';
import { PrivateNetworks } from '../../ops/kit/network/PrivateNetworks.ts';
import { RoomApi } from '../../ops/kit/RoomApi.ts';
import { makeTestMedia } from '../../ops/kit/testMedia.ts';
import { waitUntilNothingMissing } from '../../ops/kit/waitUntil.ts';

const LIMIT_MS = 60_000;

let cluster: PrivateCluster;
let missingNetworks: string | null;
let cleanup = new Cleanup();

beforeAll(async () => {
  missingNetworks = await PrivateNetworks.missing();
  cluster = await PrivateCluster.start({
    ...{ nodes: 2, workers: 1, supervised: false, networks: missingNetworks === null },
    // On a busy machine nodes would be late with their work, and send people on.
    settings: { FENCE_AFTER_MS: '4000', BUSY_MS: '60000' },
  });
});

afterEach(async (context) => {
  await cleanup.run();
  cleanup = new Cleanup();
  const failed = context.task.result?.state === 'fail';
  if (failed) console.error((await Promise.all(cluster.nodes.map((node) => node.logTail(15)))).join('\n\n'));
});

afterAll(async () => {
  await cluster.stop();
});

test('[M2] [S1] whoever is muted elsewhere while a node is cut off is heard nowhere once the node has fenced itself', async (context) => {
  if (missingNetworks !== null) context.skip(missingNetworks);
  const folder = await mkdtemp(join(tmpdir(), 'everroom-partition-'));
  cleanup.add(() => rm(folder, { recursive: true }));
  const media = await makeTestMedia(folder);
  const [cutOff = expect.fail(), other = expect.fail()] = cluster.nodes;
  const api = new RoomApi(other);
  const roomId = await api.createRoom('Partition');
  // Ann and bob talk on the node that is cut off; the host is on the other one.
  const ann = startBot('ann', media);
  const bob = startBot('bob', media);
  for (const bot of [ann, bob]) {
    cleanup.add(() => bot.close());
    const { participantId: name } = bot;
    await bot.join({ url: cutOff.url, token: await api.joinToken(roomId, name), name, publish: true });
  }
  const storage = new MemoryStorage();
  const host = new Room({ media: false, sessionStorage: storage, chatStorage: storage });
  cleanup.add(() => host.disconnect());
  await host.connect(other.url, await api.joinToken(roomId, 'host', 'host'), { name: 'host', follow: false });
  const recording = new Recording();
  const hears = async (tone: 'open' | 'muted', from: number): Promise<boolean> => {
    await recording.collect([ann, bob]);
    return recording.hearers('ann', tone, { from, to: Date.now() }).length > 0;
  };
  const untilHeard = (tone: 'open' | 'muted', from = Date.now()): Promise<void> => {
    const missing = async () => ((await hears(tone, from)) ? null : `bob does not hear the ${tone} tone of ann`);
    return waitUntilNothingMissing('nothing is heard', missing, LIMIT_MS);
  };
  await untilHeard('open');

  await cluster.cut(cutOff, ['redis', 'peers']);
  const microphone = (await ann.status()).microphone ?? expect.fail('ann has no microphone');
  await host.controls.muteTrack('ann', microphone.trackId);
  // The node goes on with its last record for a while.
  await untilHeard('open');
  const fenced = async (): Promise<string | null> =>
    (await cutOff.logTail(100)).includes('neither Redis nor another node answers') ? null : 'the node takes no notice';
  await waitUntilNothingMissing('the node is not fenced', fenced, LIMIT_MS);
  // Whatever her microphone takes up from here on must reach nobody.
  await ann.hear('muted');
  const quietFrom = Date.now();
  const moved = async (): Promise<string | null> => {
    const statuses = await Promise.all([ann.status(), bob.status()]);
    if (statuses.some(({ connected, recoveries }) => !connected || recoveries === 0)) return 'not both have come back';
    const picture = statuses[1].remoteTracks.find(({ kind, publisherId }) => kind === 'video' && publisherId === 'ann');
    return (picture?.lastFrameAt ?? 0) > quietFrom + 2_000 ? null : 'bob does not see ann through the other node';
  };
  await waitUntilNothingMissing('they are not on the other node', moved, LIMIT_MS);
  await cluster.mend(cutOff, ['redis', 'peers']);
  await waitUntilNothingMissing('the node does not come back', () => cluster.missing(), LIMIT_MS);
  expect((await ann.status()).microphone?.muted).toBe(true);
  expect(await hears('muted', quietFrom)).toBe(false);

  // It would have been heard: now that she opens her microphone, it is.
  await ann.setMicrophoneMuted(false);
  await untilHeard('muted', quietFrom);
});
