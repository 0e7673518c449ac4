import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { MemoryRegistry } from '../../support/MemoryRegistry.ts';
import { NO_MEDIA } from '../../support/noMedia.ts';
import { TcpRelay } from '../../support/TcpRelay.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestClient } from './TestClient.ts';
import { TestNode } from './TestNode.ts';

/** What merely happens in a room that two nodes share. */

let a: TestNode;
let b: TestNode;
let relays: TcpRelay[];
let clients: TestClient[];
let roomId: string;
beforeEach(async () => {
  const registry = new MemoryRegistry();
  const store = new InMemoryJournalStore();
  relays = [];
  clients = [];
  const start = (nodeId: string) =>
    TestNode.start({
      ...{ engine: 'ws', store, registry, nodeId, media: NO_MEDIA },
      info: async (url) => {
        const relay = await TcpRelay.start(Number(new URL(url).port));
        relays.push(relay);
        return { internalUrl: `http://127.0.0.1:${relay.port}` };
      },
    });
  [b, a] = [await start('b'), await start('a')];
  await connected();
  roomId = await a.createRoom();
});
afterEach(async () => {
  for (const client of clients) client.close();
  for (const node of [a, b]) {
    await node.close();
    expect(node.logger.errors).toEqual([]);
  }
  for (const relay of relays) await relay.close();
});

const connected = () =>
  waitUntil(() => a.channel.connected.size + b.channel.connected.size === 2 || 'the nodes are not connected');

async function enter(node: TestNode, participantId: string, room = roomId): Promise<TestClient> {
  const client = await TestClient.connect(node.url, await node.joinToken(room, participantId));
  clients.push(client);
  await client.ask('join', { name: participantId });
  return client;
}

/** Until this node knows who is where. */
const knows = (node: TestNode, participantId: string) =>
  waitUntil(() => node.hosts.get(roomId)?.state.participants.has(participantId) || `${participantId} is not known yet`);

test('reactions, typing and the quality of connections are heard on both nodes, once, and in no other room', async () => {
  const [ann, cid, bob] = [await enter(a, 'ann'), await enter(a, 'cid'), await enter(b, 'bob')];
  const stranger = await enter(b, 'dan', await a.createRoom());
  await knows(a, 'bob');
  await ann.ask('react', { emoji: '👍' });
  await ann.ask('setTyping', { typing: true });
  await bob.ask('react', { emoji: '🎉' });
  a.audiences.forRoom(roomId).connectionQualityChanged('ann', 1);
  for (const other of [cid, bob]) {
    expect((await other.hears('reacted'))[0]).toEqual({ participantId: 'ann', emoji: '👍' });
    expect(await other.hears('typing')).toEqual([{ participantId: 'ann', typing: true }]);
  }
  for (const everybody of [ann, cid, bob]) {
    expect(await everybody.hears('connectionQuality')).toEqual([{ participantId: 'ann', quality: 1 }]);
  }
  expect(await ann.hears('reacted')).toEqual([{ participantId: 'bob', emoji: '🎉' }]);
  expect(await cid.hears('reacted', 2)).toHaveLength(2);
  expect(bob.all('reacted')).toHaveLength(1);
  expect(stranger.heard.filter(({ name }) => ['reacted', 'typing', 'connectionQuality'].includes(name))).toEqual([]);
});

test('what a node reencodes is known to people on the others, who come before or after it', async () => {
  const ann = await enter(a, 'ann');
  const bob = await enter(b, 'bob');
  await knows(a, 'bob');
  const tracksOf = (client: TestClient) => client.all('reencodingStatus').at(-1)?.trackIds.toSorted().join();
  const says = (client: TestClient, tracks: string) =>
    waitUntil(() => tracksOf(client) === tracks || `heard of "${tracksOf(client)}" instead of "${tracks}"`);

  a.audiences.forRoom(roomId).reencodingChanged(['camera-a']);
  await says(bob, 'camera-a');
  b.audiences.forRoom(roomId).reencodingChanged(['camera-a', 'camera-b']);
  for (const client of [ann, bob]) await says(client, 'camera-a,camera-b');
  b.audiences.forRoom(roomId).reencodingChanged([]);
  for (const client of [ann, bob]) await says(client, 'camera-a');

  // Nobody is left on b; whoever comes next has to hear of it again.
  await bob.ask('leave', {});
  await waitUntil(() => !a.hosts.get(roomId)?.state.participants.has('bob') || 'bob is still there');
  a.audiences.forRoom(roomId).reencodingChanged(['camera-a', 'screen-a']);
  await says(await enter(b, 'eve'), 'camera-a,screen-a');
});

test('without a channel what happens is lost, and what is reencoded there is not claimed; both come back', async () => {
  const ann = await enter(a, 'ann');
  const bob = await enter(b, 'bob');
  await knows(a, 'bob');
  a.audiences.forRoom(roomId).reencodingChanged(['camera-a']);
  await bob.hears('reencodingStatus', 2);
  for (const relay of relays) relay.silence();
  expect((await bob.hears('reencodingStatus', 3))[2]?.trackIds).toEqual([]);
  await waitUntil(() => a.channel.connected.size === 0 || 'a does not notice');
  await ann.ask('react', { emoji: '👍' });
  for (const relay of relays) relay.resume();
  await connected();
  await waitUntil(() => bob.all('reencodingStatus').at(-1)?.trackIds.length === 1 || 'bob does not hear of it again');
  await ann.ask('react', { emoji: '👋' });
  expect(await bob.hears('reacted')).toEqual([{ participantId: 'ann', emoji: '👋' }]);
});

test('a client that sets up its consumers late gets what flows through them; one that never does holds little', async () => {
  const { socket } = await enter(a, 'ann');
  socket.offAny();
  const open = () => a.audiences.forRoom(roomId).consumersOpened('ann', 1, []);
  let acknowledge: ((answer: unknown) => void) | undefined;
  socket.once('consumersOpened', (_: unknown, answer: typeof acknowledge) => {
    acknowledge = answer;
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const taken = open();
  vi.advanceTimersByTime(600_000);
  vi.useRealTimers();
  await waitUntil(() => acknowledge !== undefined || 'ann has not heard of the consumers');
  acknowledge?.({ tellsShown: true });
  expect(await taken).toEqual({ tellsShown: true });

  const outcomes = Promise.allSettled(Array.from({ length: 300 }, open));
  socket.disconnect();
  const reasons = (await outcomes).map((outcome) => outcome.status === 'rejected' && String(outcome.reason));
  expect(new Set(reasons)).toEqual(new Set(['Error: The client did not answer consumersOpened, and will not.']));
});
