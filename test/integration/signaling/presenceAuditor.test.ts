import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { Tokens } from '../../../signaling/auth/tokens.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestClient } from './TestClient.ts';
import { clock, closeTestMedia, TestNode } from './TestNode.ts';

/** Rounds come fifty times as often; the timers that the auditor sets count them. */
let timers = 0;
const hurried = {
  ...clock,
  setTimer(afterMs: number, run: () => void) {
    timers += 1;
    return clock.setTimer(afterMs / 50, run);
  },
};

const store = new InMemoryJournalStore();
const nodes: TestNode[] = [];

async function startNode(idleMs?: number): Promise<TestNode> {
  const node = await TestNode.start({ engine: 'ws', store, clock: hurried, ...(idleMs ? { idleMs } : {}) });
  nodes.push(node);
  return node;
}

async function connect(node: TestNode, roomId: string, participantId: string, role: 'host' | 'member' = 'member') {
  return TestClient.connect(node.url, await node.joinToken(roomId, participantId, role));
}

afterEach(async () => {
  for (const node of nodes.splice(0)) {
    expect(node.logger.errors).toEqual([]);
    await node.close();
  }
});
afterAll(closeTestMedia);

it('the presence auditor gives up a place in the record that no connection of this node has', async () => {
  const node = await startNode();
  const roomId = await node.createRoom();
  const ann = await connect(node, roomId, 'ann');
  await ann.ask('join', { name: 'Ann' });
  // The answer to a join was lost, and nobody repeated it.
  const actor = { kind: 'node', nodeId: node.nodeId } as const;
  const host = await node.hosts.open(roomId);
  await host.handle({
    type: 'JoinRoom',
    participantId: 'ghost',
    name: 'Ghost',
    role: 'member',
    nodeId: node.nodeId,
    passwordVerifiedFor: null,
    commandId: 'ghost joins',
    actor,
    now: Date.now(),
  });
  await waitUntil(() => host.state.participants.get('ghost')?.connected === false || 'the ghost is still connected');
  expect(host.state.participants.get('ann')).toMatchObject({ connected: true, session: 1 });
  ann.close();
});

it('the presence auditor leaves people alone whose entry takes long', async () => {
  const node = await startNode();
  const roomId = await node.createRoom();
  const ann = await connect(node, roomId, 'ann');
  const signed = Promise.withResolvers<void>();
  const { signResume } = Tokens.prototype;
  const spy = vi.spyOn(Tokens.prototype, 'signResume').mockImplementation(async function (this: Tokens, ...args) {
    await signed.promise;
    return signResume.apply(this, args);
  });
  const joining = ann.ask('join', { name: 'Ann' });
  const host = await node.hosts.open(roomId);
  await waitUntil(() => host.state.participants.has('ann') || 'Ann is not in the record yet');
  const enough = timers + 40;
  await waitUntil(() => timers > enough || 'too few rounds yet');
  signed.resolve();
  spy.mockRestore();
  expect((await joining).room?.participants.get('ann')).toMatchObject({ connected: true, session: 1 });
  ann.close();
});

it('the presence auditor leaves people alone who are connected to another node', async () => {
  const [node, other] = [await startNode(), await startNode()];
  const roomId = await node.createRoom();
  const ann = await connect(node, roomId, 'ann');
  const bob = await connect(other, roomId, 'bob');
  await Promise.all([ann.ask('join', { name: 'Ann' }), bob.ask('join', { name: 'Bob' })]);
  const enough = timers + 40;
  await waitUntil(() => timers > enough || 'too few rounds yet');
  expect([...(node.hosts.get(roomId)?.state.participants.values() ?? [])]).toMatchObject([
    { connected: true },
    { connected: true },
  ]);
  ann.close();
  bob.close();
});

it('the presence auditor withdraws a knock when nobody waits for its answer', async () => {
  const node = await startNode();
  const roomId = await node.createRoom({ lobby: true });
  const carl = await connect(node, roomId, 'carl');
  await carl.ask('knock', { name: 'Carl' });
  const host = await node.hosts.open(roomId);
  store.setAvailable(false);
  carl.close();
  // A command that waits as long as the one that withdraws the knock.
  const actor = { kind: 'operator' } as const;
  const lock = { type: 'SetLocked', locked: true, commandId: 'lock', actor, now: Date.now() } as const;
  await expect(host.handle(lock)).rejects.toThrow();
  expect(host.state.lobby.has('carl')).toBe(true);
  store.setAvailable(true);
  await waitUntil(() => !host.state.lobby.has('carl') || 'Carl is still in the lobby');
});

it('the presence auditor sends lobby decisions made while the room was closed on this node', async () => {
  const node = await startNode();
  const door = await startNode(1);
  const roomId = await node.createRoom({ lobby: true });
  const ann = await connect(node, roomId, 'ann', 'host');
  await ann.ask('join', { name: 'Ann' });
  const carl = await connect(door, roomId, 'carl');
  await carl.ask('knock', { name: 'Carl' });
  // The auditor opens it again in each of its rounds, so that it is closed for moments.
  await vi.waitFor(() => expect(door.hosts.get(roomId)).toBeUndefined(), { interval: 2, timeout: 60_000 });
  await ann.ask('admit', { participantId: 'carl' });
  expect(await carl.hears('lobbyDecided')).toEqual([{ admitted: true }]);
  await carl.ask('join', { name: 'Carl' });
  ann.close();
  carl.close();
});

it('the presence auditor records a connection that was lost while the journal was away', async () => {
  const node = await startNode();
  const roomId = await node.createRoom();
  const ann = await connect(node, roomId, 'ann');
  await ann.ask('join', { name: 'Ann' });
  store.setAvailable(false);
  ann.close();
  const host = await node.hosts.open(roomId);
  await waitUntil(() => host.sessions === 0 || 'the host still counts the session');
  expect(host.state.participants.get('ann')?.connected).toBe(true);
  store.setAvailable(true);
  await waitUntil(() => host.state.participants.get('ann')?.connected === false || 'Ann still counts as connected');
});

it('a node that stops records nobody as disconnected: their time to come back must not run while nobody serves', async () => {
  const node = await startNode();
  const roomId = await node.createRoom();
  const ann = await connect(node, roomId, 'ann');
  await ann.ask('join', { name: 'Ann' });
  const bob = await connect(node, roomId, 'bob');
  await bob.ask('join', { name: 'Bob' });
  const host = await node.hosts.open(roomId);
  bob.close();
  await waitUntil(() => host.state.participants.get('bob')?.connected === false || 'bob still counts as connected');
  await node.close();
  const next = await startNode();
  const { state } = await next.hosts.open(roomId);
  expect(state.participants.get('ann')).toMatchObject({ connected: true, nodeId: node.nodeId });
  expect(state.participants.get('bob')).toMatchObject({ connected: false });
});
