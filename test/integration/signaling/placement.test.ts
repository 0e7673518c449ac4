import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import type { ConnectAuth } from '../../../signaling/protocol/requests.ts';
import { MemoryRegistry } from '../../support/MemoryRegistry.ts';
import { NO_MEDIA } from '../../support/noMedia.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { RawClient } from './RawClient.ts';
import { TestClient } from './TestClient.ts';
import { TestNode } from './TestNode.ts';

interface Member extends TestNode {
  /** What it says of itself, and how late it is with its work. */
  readonly now: { full?: boolean; lagMs: number };
}

describe('placement', () => {
  const registry = new MemoryRegistry();
  const store = new InMemoryJournalStore();
  let nodes: Member[];
  let a: Member;
  const clients: { close(): void }[] = [];

  beforeAll(async () => {
    a = await startNode('a');
    nodes = [a, await startNode('b'), await startNode('c')];
    await allKnown();
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    for (const { now } of nodes) Object.assign(now, { full: undefined, lagMs: 0 });
    registry.available = true;
  });

  afterAll(async () => {
    for (const node of nodes) await node.close();
  });

  async function startNode(nodeId: string): Promise<Member> {
    const now: Member['now'] = { lagMs: 0 };
    const says = () => ({ ...(now.full !== undefined && { full: now.full }) });
    const options = { engine: 'ws', store, nodeId, media: NO_MEDIA, registry, says, lagMs: () => now.lagMs } as const;
    return Object.assign(await TestNode.start(options), { now });
  }

  /** Waits until each node has read what the registry says now. */
  async function allKnown(): Promise<void> {
    const expected = nodes.map(({ url }) => url).sort();
    for (const node of nodes) {
      await waitUntil(async () => {
        const { body } = await node.rest('GET', '/api/config');
        return [...body.nodes].sort().join() === expected.join() || `${node.nodeId} knows ${body.nodes}`;
      });
    }
  }

  /** What a client hears that connects: `here`, or the refusal. */
  async function knock(
    node: TestNode,
    token: string,
    more: Partial<ConnectAuth> = { follows: true },
  ): Promise<{ code: string; nodes?: string[]; retryAfterMs?: number } | 'here'> {
    try {
      clients.push(await TestClient.connect(node.url, token, { auth: more }));
      return 'here';
    } catch (error) {
      return error as { code: string; nodes?: string[] };
    }
  }

  /** The node where newcomers of this room go while nobody is there. */
  async function homeOf(roomId: string): Promise<Member> {
    const where = await knock(a, await a.joinToken(roomId, 'first'));
    const url = where === 'here' ? a.url : where.nodes?.[0];
    const home = nodes.find((node) => node.url === url);
    if (!home) throw new Error(`the first newcomer is told ${JSON.stringify(where)}`);
    return home;
  }

  const othersThan = (node: TestNode) => nodes.filter((other) => other !== node);

  it('newcomers meet on one node, wherever they start', async () => {
    const roomId = await a.createRoom();
    const home = await homeOf(roomId);
    expect(await knock(home, await a.joinToken(roomId, 'ann'))).toBe('here');
    for (const other of othersThan(home)) {
      const where = await knock(other, await a.joinToken(roomId, 'ben'));
      expect(where).toMatchObject({ code: 'GO_TO' });
      expect(where !== 'here' && where.nodes?.[0]).toBe(home.url);
    }
  });

  it('a client that does not follow GO_TO gets in where it is: those of protocol 2, and older pages', async () => {
    const roomId = await a.createRoom();
    const home = await homeOf(roomId);
    expect(await knock(home, await a.joinToken(roomId, 'ann'))).toBe('here');
    const [other = a] = othersThan(home);
    expect(await knock(other, await a.joinToken(roomId, 'old'), {})).toBe('here');
    const raw = await RawClient.open(other.url);
    clients.push(raw);
    await raw.connect({ protocol: 2, token: await a.joinToken(roomId, 'older') });
    expect(raw.heard.some((frame) => frame.startsWith('40'))).toBe(true);
  });

  it('a resume goes to the node of the room, unless the client could not stay there or nobody has it', async () => {
    const roomId = await a.createRoom();
    const home = await homeOf(roomId);
    const client = await TestClient.connect(home.url, await a.joinToken(roomId, 'ann'), { auth: { follows: true } });
    clients.push(client);
    const { resumeToken } = await client.ask('join', { name: 'Ann' });
    const [other = a] = othersThan(home);
    expect(await knock(other, resumeToken)).toMatchObject({ code: 'GO_TO', nodes: [home.url] });
    const left = { url: home.url, why: 'it fell silent' };
    expect(await knock(other, resumeToken, { follows: true, left })).toBe('here');

    home.registry.noteClients(roomId, false);
    await waitUntil(async () => {
      const now = await knock(other, resumeToken);
      return now === 'here' || JSON.stringify(now);
    });
  });

  it('nobody is sent anywhere while the registry does not answer', async () => {
    const roomId = await a.createRoom();
    const home = await homeOf(roomId);
    expect(await knock(home, await a.joinToken(roomId, 'ann'))).toBe('here');
    registry.available = false;
    for (const node of nodes) {
      await waitUntil(async () => {
        const now = await knock(node, await a.joinToken(roomId, `guest-of-${node.nodeId}`));
        return now === 'here' || JSON.stringify(now);
      });
    }
  });

  it('a full node sends newcomers on and keeps those who come back; when all are full, it says so', async () => {
    const roomId = await a.createRoom();
    const home = await homeOf(roomId);
    const client = await TestClient.connect(home.url, await a.joinToken(roomId, 'ann'), { auth: { follows: true } });
    clients.push(client);
    const { resumeToken } = await client.ask('join', { name: 'Ann' });
    home.now.lagMs = 1_000;
    const where = await knock(home, await a.joinToken(roomId, 'ben'));
    expect(where).toMatchObject({ code: 'GO_TO' });
    expect(where !== 'here' && where.nodes).not.toContain(home.url);
    expect(await knock(home, resumeToken)).toBe('here');
    expect(await knock(home, await a.joinToken(roomId, 'ann'))).toBe('here');

    for (const other of othersThan(home)) other.now.full = true;
    await waitUntil(async () => {
      const now = await knock(home, await a.joinToken(roomId, 'ben'));
      return (now !== 'here' && now.code === 'BUSY' && (now.retryAfterMs ?? 0) > 0) || JSON.stringify(now);
    });
    expect(await knock(home, await a.joinToken(roomId, 'old'), {})).toMatchObject({ code: 'BUSY' });
  });

  it('nobody is sent to a node whose connection to this one has closed, although the registry counts it', async () => {
    let roomId = '';
    let home = a;
    while (home === a) {
      roomId = await a.createRoom();
      home = await homeOf(roomId);
    }
    const client = await TestClient.connect(home.url, await a.joinToken(roomId, 'ann'), { auth: { follows: true } });
    clients.push(client);
    const { resumeToken } = await client.ask('join', { name: 'Ann' });
    const other = a;
    const info = (await registry.of('observer').nodes()).find(({ nodeId }) => nodeId === home.nodeId);
    await waitUntil(() => other.channel.connected.has(home.nodeId) || 'the nodes are not connected');
    nodes = othersThan(home);
    await home.close();
    home.registry.noteClients(roomId, true);
    if (info) registry.add(info);
    await waitUntil(async () => {
      const now = await knock(other, resumeToken);
      return now === 'here' || JSON.stringify(now);
    });
    registry.remove(home.nodeId);
  });

  it('a draining node names the others, those that have the room first', async () => {
    const roomId = await a.createRoom();
    const home = await homeOf(roomId);
    expect(await knock(home, await a.joinToken(roomId, 'ann'))).toBe('here');
    const [other = a] = othersThan(home);
    void other.signaling.drain(5_000);
    await waitUntil(async () => {
      const where = await knock(other, await a.joinToken(roomId, 'ben'));
      if (where === 'here' || where.code !== 'DRAINING' || where.nodes?.includes(other.url)) return String(where);
      return where.nodes?.[0] === home.url || `the first of ${where.nodes} is not ${home.url}`;
    });
  });
});
