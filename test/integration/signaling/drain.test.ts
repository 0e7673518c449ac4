import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Room } from '../../../client/Room.ts';
import { MemoryStorage } from '../../../client/storage.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { MemoryRegistry } from '../../support/MemoryRegistry.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestClient } from './TestClient.ts';
import { closeTestMedia, TestNode } from './TestNode.ts';

const LIMIT_MS = 20_000;

describe('a node that drains', () => {
  let nodes: TestNode[];
  let registry: MemoryRegistry;
  let store: InMemoryJournalStore;
  let old: TestNode;
  let next: TestNode;
  let roomId: string;
  const rooms: Room[] = [];
  const clients: TestClient[] = [];

  beforeEach(async () => {
    store = new InMemoryJournalStore();
    nodes = [];
    registry = new MemoryRegistry();
    for (const nodeId of ['old', 'next']) {
      // Newcomers stay at the old one.
      const says = () => ({ full: nodeId === 'next' });
      nodes.push(await TestNode.start({ engine: 'ws', store, nodeId, registry, says }));
    }
    [old, next] = nodes as [TestNode, TestNode];
    roomId = await old.createRoom();
  });

  afterEach(async () => {
    for (const room of rooms.splice(0)) await room.disconnect();
    for (const client of clients.splice(0)) client.close();
    for (const node of nodes) {
      await node.close();
      expect(node.logger.errors).toEqual([]);
    }
  });
  afterAll(closeTestMedia);

  async function enter(participantId: string): Promise<{ room: Room; told: string[] }> {
    const storage = new MemoryStorage();
    const room = new Room({
      ...{ media: false, sessionStorage: storage, chatStorage: storage, announceReconnectingAfterMs: 0 },
    });
    rooms.push(room);
    const told: string[] = [];
    room.on('stateChanged', (state) => told.push(state));
    room.on('disconnected', (reason) => told.push(`disconnected: ${reason}`));
    await room.connect(old.url, await old.joinToken(roomId, participantId), { name: participantId });
    return { room, told };
  }

  /** Enters with transports. */
  async function enterWithMedia(participantId: string): Promise<TestClient> {
    const client = await TestClient.connect(old.url, await old.joinToken(roomId, participantId));
    clients.push(client);
    const { resumeToken } = await client.ask('join', { name: participantId, rtpCapabilities: capabilities() });
    tokens.set(participantId, resumeToken);
    return client;
  }
  const tokens = new Map<string, string>();
  const capabilities = () => ({ codecs: [], headerExtensions: [] });

  /** Follows `moveTo` as a client does. */
  async function moveOn(participantId: string): Promise<TestClient> {
    const client = await TestClient.connect(next.url, tokens.get(participantId) ?? '');
    clients.push(client);
    await client.ask('resume', { version: 0, rtpCapabilities: capabilities() });
    return client;
  }

  it('a node that drains moves people to another one: nobody notices, and what they write arrives once and in order', async () => {
    const ann = await enter('ann');
    const bob = await enter('bob');
    const written = Array.from({ length: 40 }, (_, n) => `message ${n}`);
    const drained = old.signaling.drain(LIMIT_MS);
    for (const text of written) {
      ann.room.chat.send(text);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await bob.room.localParticipant.raiseHand();
    expect(await drained).toEqual({ people: 2, moved: 2, problem: null });
    const chat = () => bob.room.record?.chat.map(({ text }) => text) ?? [];
    await waitUntil(() => chat().length >= written.length || `${chat().length} of ${written.length} messages`);
    expect(chat()).toEqual(written);
    for (const { room, told } of [ann, bob]) {
      expect(told).toEqual(['connecting', 'connected']);
      expect(room.recoveries).toBe(0);
    }
    expect([old, next].map(({ audiences }) => audiences.connectedPeople.participants)).toEqual([0, 2]);
    const { participants } = next.hosts.get(roomId)?.state ?? {};
    expect([...(participants?.values() ?? [])].map(({ connected, nodeId }) => [connected, nodeId])).toEqual([
      [true, 'next'],
      [true, 'next'],
    ]);
  });

  it('a node that drains keeps the media of those who moved until all others of the room have moved and settled', async () => {
    const [ann, bob] = [await enterWithMedia('ann'), await enterWithMedia('bob')];
    const drained = old.signaling.drain(LIMIT_MS);
    await Promise.all([ann.hears('moveTo'), bob.hears('moveTo')]);
    expect(ann.all('moveTo')[0]?.nodes).toEqual([next.url]);
    await moveOn('ann');
    await waitUntil(() => old.audiences.connectedPeople.participants === 1 || 'ann is still seated');
    await ann.ask('settled', {});
    // She is somebody of another node by now: here she can do nothing [J5].
    await expect(ann.ask('raiseHand', {})).rejects.toThrow('NOT_IN_ROOM');
    expect(old.audiences.departures.serves(roomId, 'ann', 1)).toBe(true);
    await moveOn('bob');
    await waitUntil(() => old.audiences.departures.size === 2 || 'bob has not left');
    await bob.ask('settled', {});
    expect(await drained).toEqual({ people: 2, moved: 2, problem: null });
    for (const client of [ann, bob]) {
      await client.isCutOff();
      expect(client.all('sessionEnded')).toEqual([{ reason: 'replaced' }]);
    }
  });

  it('a node that drains takes people back whose new node dies, and sends them on to the next one', async () => {
    const ann = await enter('ann');
    // She does not move, so that the drain goes on.
    const bob = await enterWithMedia('bob');
    const drained = old.signaling.drain(LIMIT_MS);
    await waitUntil(() => next.audiences.connectedPeople.participants === 1 || 'ann has not moved');
    registry.remove('next');
    next.audiences.connectedPeople.cutOff(() => true);
    next.signaling.drain(LIMIT_MS);
    await waitUntil(() => old.audiences.connectedPeople.participants === 2 || 'ann is not back');
    await ann.room.localParticipant.raiseHand();
    const third = await TestNode.start({ engine: 'ws', store, nodeId: 'third', registry });
    nodes.push(third);
    await waitUntil(() => third.audiences.connectedPeople.participants === 1 || 'ann has not moved on');
    bob.close();
    expect(await drained).toEqual({ people: 2, moved: 2, problem: null });
    expect(ann.room.state).toBe('connected');
    expect(ann.told).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
    // Newcomers are refused all the same.
    await expect(TestClient.connect(old.url, await old.joinToken(roomId, 'carl'))).rejects.toThrow('being stopped');
  });

  it('a node that drains sends people in a lobby on, who keep their places in it', async () => {
    const storage = () => ({ sessionStorage: new MemoryStorage(), chatStorage: new MemoryStorage() });
    const host = new Room({ media: false, ...storage() });
    const carl = new Room({ media: false, ...storage() });
    rooms.push(host, carl);
    await host.connect(old.url, await old.joinToken(roomId, 'host', 'host'), { name: 'host' });
    await host.controls.setLobby(true);
    const came = carl.connect(old.url, await old.joinToken(roomId, 'carl'), { name: 'carl' });
    const waits = () => host.record?.lobby.has('carl') ?? false;
    await waitUntil(() => waits() || 'carl does not wait');
    const seen: boolean[] = [];
    host.on('lobbyChanged', () => seen.push(waits()));

    expect(await old.signaling.drain(LIMIT_MS)).toEqual({ people: 1, moved: 1, problem: null });
    const at = () => next.hosts.get(roomId)?.state.lobby.get('carl')?.nodeId;
    await waitUntil(() => at() === 'next' || `carl waits at ${at()}`);
    expect(seen).not.toContain(false);
    await host.controls.admit('carl');
    await came;
    expect(next.audiences.connectedPeople.participants).toBe(2);
  });

  it('a node that drains says so when there is no other node, and leaves everybody where they are', async () => {
    const { room } = await enter('ann');
    registry.remove('next');
    expect(await old.signaling.drain(LIMIT_MS)).toEqual({ people: 1, moved: 0, problem: 'no other node' });
    expect(old.logger.warnings.map(({ message }) => message)).toContain(
      'no other node is there to take over: people come back when one is',
    );
    expect(room.state).toBe('connected');
  });

  it('a node that drains does not wait for clients that cannot move', async () => {
    const client = await TestClient.connect(old.url, await old.joinToken(roomId, 'carl'), { protocol: 2 });
    clients.push(client);
    await client.send('join', { commandId: 'c', name: 'carl' });
    expect(await old.signaling.drain(LIMIT_MS)).toEqual({ people: 1, moved: 0, problem: 'cannot move' });
    expect(client.heard.map(({ name }) => name)).not.toContain('moveTo');
  });

  it('a client whose new node refuses it stays where it is', async () => {
    const ann = await enter('ann');
    await next.signaling.drain(1_000);
    expect(await old.signaling.drain(1_500)).toEqual({ people: 1, moved: 0, problem: 'time is over' });
    expect(ann.room.state).toBe('connected');
    await ann.room.localParticipant.raiseHand();
  });
});
