import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RequestRefused } from '../../../client/errors.ts';
import { Room } from '../../../client/Room.ts';
import { MemoryStorage } from '../../../client/storage.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { NetworkPath } from '../../browser/sdk/NetworkPath.ts';
import { MemoryRegistry } from '../../support/MemoryRegistry.ts';
import { NO_MEDIA } from '../../support/noMedia.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestNode } from './TestNode.ts';

/** A node and the way to it that its clients use. */
interface Member {
  node: TestNode;
  readonly path: NetworkPath;
  full: boolean;
}

describe('clients of three nodes', () => {
  const registry = new MemoryRegistry();
  const store = new InMemoryJournalStore();
  const members: Member[] = [];
  const rooms: Room[] = [];

  beforeAll(async () => {
    for (const nodeId of ['a', 'b', 'c']) {
      const path = await NetworkPath.open();
      const member = { path, full: false } as Member;
      members.push(member);
      member.node = await startNode(nodeId, member);
      path.targetPort = member.node.port;
    }
    await allKnown();
  });

  afterEach(async () => {
    for (const room of rooms.splice(0)) await room.disconnect();
    for (const member of members) Object.assign(member, { full: false });
  });

  afterAll(async () => {
    for (const { node, path } of members) {
      await node.close();
      await path.close();
    }
  });

  const startNode = (nodeId: string, member: Member): Promise<TestNode> =>
    TestNode.start({
      ...{ engine: 'ws', store, nodeId, media: NO_MEDIA, registry },
      says: () => ({ url: member.path.url, full: member.full }),
      lagMs: () => (member.full ? 1_000 : 0),
    });

  async function allKnown(): Promise<void> {
    const expected = [...members.map(({ path }) => path.url)].sort().join();
    for (const { node, path } of members) {
      await waitUntil(async () => {
        const response = await fetch(`${path.url}/api/config`);
        const { nodes } = (await response.json()) as { nodes: string[] };
        return nodes.sort().join() === expected || `${node.nodeId} knows ${nodes}`;
      });
    }
  }

  function makeRoom(storage = new MemoryStorage()): Room {
    const options = { media: false, sessionStorage: storage, chatStorage: new MemoryStorage() };
    const room = new Room({ ...options, announceReconnectingAfterMs: 0 });
    rooms.push(room);
    return room;
  }

  async function enter(roomId: string, id: string, start: Member): Promise<Room> {
    const room = makeRoom();
    await room.connect(start.path.url, await start.node.joinToken(roomId, id), { name: id });
    return room;
  }

  /** The node at which the record says that somebody is. */
  function whereIs(roomId: string, id: string): { member: Member; session: number } | undefined {
    for (const { node } of members) {
      const participant = node.hosts.get(roomId)?.state.participants.get(id);
      const member = members.find(({ node: { nodeId } }) => nodeId === participant?.nodeId);
      if (participant?.connected && member) return { member, session: participant.session };
    }
    return undefined;
  }

  async function comesBack(roomId: string, id: string, session: number): Promise<Member> {
    await waitUntil(() => (whereIs(roomId, id)?.session ?? 0) >= session || `${id} has not come back`);
    return whereIs(roomId, id)?.member as Member;
  }

  it('clients that start at any node end at one, and return to it when only their connection broke', async () => {
    const [first] = members as [Member];
    const roomId = await first.node.createRoom();
    for (const [i, member] of members.entries()) await enter(roomId, `person-${i}`, member);
    const homes = members.map((_, i) => whereIs(roomId, `person-${i}`)?.member);
    expect(new Set(homes).size).toBe(1);
    const [home = first] = homes;

    home.path.cut();
    home.path.heal();
    for (const [i] of members.entries()) expect(await comesBack(roomId, `person-${i}`, 2)).toBe(home);
  });

  it('after a reload a client goes back to its node, whatever node the page came from', async () => {
    const [first] = members as [Member];
    const roomId = await first.node.createRoom();
    const storage = new MemoryStorage();
    const room = makeRoom(storage);
    const token = await first.node.joinToken(roomId, 'ann');
    await room.connect(first.path.url, token, { name: 'Ann' });
    const home = whereIs(roomId, 'ann')?.member;
    const elsewhere = members.find((member) => member !== home) as Member;
    const kept = new MemoryStorage();
    for (const key of storage.keys()) kept.setItem(key, storage.getItem(key) ?? '');
    const again = makeRoom(kept);
    await again.resume(elsewhere.path.url, roomId);
    expect(await comesBack(roomId, 'ann', 2)).toBe(home);
  });

  it('the clients of a node that hangs or dies go elsewhere, although it counts as alive, and stay there', async () => {
    for (const fault of ['hang', 'die'] as const) {
      const [first] = members as [Member];
      const roomId = await first.node.createRoom();
      const people = ['ann', 'ben'];
      for (const id of people) await enter(roomId, id, first);
      const home = whereIs(roomId, 'ann')?.member as Member;
      if (fault === 'hang') home.path.hang();
      else home.path.cut();
      // On a busy machine somebody may have come back to this node before the fault, so sessions say nothing.
      const areElsewhere = () => people.map((id) => whereIs(roomId, id)?.member).every((at) => at && at !== home);
      await waitUntil(() => areElsewhere() || 'they are not back');
      home.path.heal();
      await waitUntil(() => rooms.every(({ state }) => state === 'connected') || 'not all are connected');
      expect(areElsewhere()).toBe(true);
      for (const room of rooms.splice(0)) await room.disconnect();
    }
  });

  it('a newcomer is told when every node is full, and gets in elsewhere when only one is', async () => {
    const [first] = members as [Member];
    const roomId = await first.node.createRoom();
    await enter(roomId, 'ann', first);
    const home = whereIs(roomId, 'ann')?.member as Member;
    home.full = true;
    await enter(roomId, 'ben', home);
    expect(whereIs(roomId, 'ben')?.member).not.toBe(home);

    for (const member of members) member.full = true;
    const busy: Promise<unknown> = makeRoom().connect(
      members.map(({ path }) => path.url),
      await first.node.joinToken(roomId, 'eve'),
      { name: 'Eve', timeoutMs: 8_000 },
    );
    await expect(busy).rejects.toMatchObject({ code: 'BUSY' } satisfies Partial<RequestRefused>);
  });
});
