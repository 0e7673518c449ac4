import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import type { TrackKind } from '../../../core/room/state.ts';
import type { DrillClient } from '../../../ops/kit/clients/DrillClient.ts';
import { startBot } from '../../../ops/kit/clients/startBot.ts';
import { makeTestMedia, type TestMedia } from '../../../ops/kit/testMedia.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { MemoryRegistry } from '../../support/MemoryRegistry.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { openTestPlane } from '../media/TestRoom.ts';
import { TestNode } from './TestNode.ts';

/** Two whole nodes: their clients, their channel and the media between them are real. */
const planes: MediaPlane[] = [];
const nodes: TestNode[] = [];
const bots: DrillClient[] = [];
let folder: string;
let media: TestMedia;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'everroom-across-'));
  media = await makeTestMedia(folder);
  const registry = new MemoryRegistry();
  const store = new InMemoryJournalStore();
  // Behind one name nobody is sent from one node to the other.
  const info = async () => ({ url: 'http://127.0.0.1:1' });
  for (const nodeId of ['a', 'b']) {
    const plane = await openTestPlane({ nodeId });
    const node = await TestNode.start({ engine: 'uws', store, registry, nodeId, media: plane, info });
    plane.joinNodes(node.channel);
    planes.push(plane);
    nodes.push(node);
  }
  await waitUntil(() => nodes.every(({ channel }) => channel.connected.size === 1) || 'the nodes are not connected');
});
afterAll(async () => {
  await Promise.all(bots.map((bot) => bot.close()));
  await Promise.all(nodes.map((node) => node.close()));
  await Promise.all(planes.map((plane) => plane.close()));
  await rm(folder, { recursive: true });
});

async function enter(node: TestNode, roomId: string, participantId: string): Promise<DrillClient> {
  const bot = startBot(participantId, media);
  bots.push(bot);
  const token = await node.joinToken(roomId, participantId);
  await bot.join({ url: node.url, token, name: participantId, publish: true });
  return bot;
}

/** Waits for something newer than now. */
async function receives(bot: DrillClient, publisherId: string, kind: TrackKind): Promise<void> {
  const since = Date.now();
  await waitUntil(async () => {
    const { remoteTracks } = await bot.status();
    const track = remoteTracks.find((one) => one.publisherId === publisherId && one.kind === kind);
    return (track?.lastFrameAt ?? 0) > since || `${bot.participantId} gets no ${kind} of ${publisherId}`;
  });
}

test('people of one room on two nodes see and hear each other, and a mute silences on both', async () => {
  const [a, b] = nodes as [TestNode, TestNode];
  const roomId = await a.createRoom();
  const [ann, bob] = await Promise.all([enter(a, roomId, 'ann'), enter(b, roomId, 'bob')]);
  const both = [
    [ann, 'bob'],
    [bob, 'ann'],
  ] as const;
  await Promise.all(both.flatMap(([bot, other]) => [receives(bot, other, 'video'), receives(bot, other, 'audio')]));
  for (const node of nodes) {
    const { producers } = node.hosts.get(roomId)?.media.inventory() ?? { producers: [] };
    const crossed = producers.filter(({ origin }) => origin !== null);
    expect(crossed.map(({ origin }) => origin)).toEqual(node === a ? ['b', 'b'] : ['a', 'a']);
  }

  await ann.setMicrophoneMuted(true);
  const sound = async () => (await bob.status()).remoteTracks.find(({ kind }) => kind === 'audio');
  await waitUntil(async () => (await sound())?.muted === true || 'bob does not know that ann is muted');
  // What was on its way, or in bob's jitter buffer, may still be played; then pictures come and no sound does.
  await waitUntil(async () => {
    const last = (await sound())?.lastFrameAt;
    for (let pictures = 0; pictures < 5; pictures += 1) await receives(bob, 'ann', 'video');
    return (await sound())?.lastFrameAt === last || 'bob still hears ann';
  });
  await ann.setMicrophoneMuted(false);
  await receives(bob, 'ann', 'audio');
  expect((await Promise.all(both.map(([bot]) => bot.status()))).flatMap(({ troubles }) => troubles)).toEqual([]);
});
