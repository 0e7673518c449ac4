import { describe, expect, test } from 'vitest';
import { openAhead } from '../../../core/host/openAhead.ts';
import type { RoomHost } from '../../../core/host/RoomHost.ts';
import { nodeRoomsKey, nodesKey, serviceKey } from '../../../recovery/keys.ts';
import { nodeInfo } from '../../support/nodeInfo.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { create, join, useRoomNodes } from './RoomNode.ts';

const nodes = useRoomNodes();
const { startNode } = nodes;

/** Returns `part` with some of its methods replaced. */
function changed<T extends object>(part: T, changes: Partial<T>): T {
  return new Proxy(part, {
    get(_, key) {
      if (Reflect.has(changes, key)) return Reflect.get(changes, key);
      const value: unknown = Reflect.get(part, key, part);
      return typeof value === 'function' ? value.bind(part) : value;
    },
  });
}

const connectedIn = ({ state }: RoomHost): string[] =>
  [...state.participants.values()].filter(({ connected }) => connected).map(({ id }) => id);

describe('who is really there', () => {
  test('[R1] a room that is opened while it closes stays claimed by its node', async () => {
    let saving = false;
    let finishSaving = (): void => {};
    const saved = new Promise<void>((resolve) => {
      finishSaving = resolve;
    });
    let released = false;
    const { hosts } = await startNode('a', {
      idleMs: 0,
      wrapJournal: (journal) =>
        changed(journal, {
          async saveSnapshot(...args) {
            saving = true;
            await saved;
            await journal.saveSnapshot(...args);
          },
        }),
      wrapRegistry: (registry) =>
        changed(registry, {
          async releaseRoom(roomId) {
            await registry.releaseRoom(roomId);
            released = true;
          },
        }),
    });
    await create(await hosts.open('room'));
    await waitUntil(() => saving || 'the idle room is not being closed');
    const opened = hosts.open('room');
    finishSaving();
    const room = await opened;
    room.connect('ann', 1);
    await join(room, 'ann', 'a');
    await waitUntil(() => released || 'the old life of the room has not ended');
    expect(hosts.get('room')).toBe(room);
    expect(await nodes.side.smembers(nodeRoomsKey('a'))).toEqual(['room']);
  });

  test('[R1] whoever has a room open disconnects people of nodes that Redis does not know', async () => {
    const { hosts } = await startNode('a');
    await startNode('b');
    const room = await hosts.open('room');
    await create(room);
    await join(room, 'ann', 'a');
    await join(room, 'bob', 'b');
    // Neither in the list of nodes nor with a list of rooms: as after a Redis that lost them.
    await join(room, 'zoe', 'vanished');
    expect(await nodes.side.zscore(nodesKey(), 'vanished')).toBeNull();
    await waitUntil(() => connectedIn(room).length < 3 || 'zoe still counts as connected');
    expect(connectedIn(room)).toEqual(['ann', 'bob']);
  });
});

describe('one clock', () => {
  test('a node goes by the time of Redis, and says how far off its own clock is', async () => {
    let aheadMs = 3_600_000;
    const { recovery, logger } = await startNode('a', { clockAheadMs: () => aheadMs });
    const [seconds] = await nodes.side.time();
    expect(Math.abs(recovery.time.now() - Number(seconds) * 1_000)).toBeLessThan(60_000);
    expect(recovery.time.clockErrorMs).toBeGreaterThan(3_500_000);
    expect(recovery.time.clockIsRight).toBe(false);
    const said = (what: string): boolean => logger.lines.some(({ message }) => message.includes(what));
    expect(said('differs from that of Redis')).toBe(true);
    aheadMs = 0;
    await waitUntil(() => said('is right again') || 'nothing is said about the clock');
    expect(recovery.time.clockIsRight).toBe(true);
  });

  test('nodes whose clocks differ by hours give the same time to come back', async () => {
    const slow = await startNode('a', { clockAheadMs: () => -3_600_000 });
    const fast = await startNode('b', { clockAheadMs: () => 3_600_000 });
    const room = await slow.hosts.open('room');
    await create(room);
    await join(room, 'ann', 'a');
    room.disconnected('ann', 1);
    // Met already, so both nodes have looked at deadlines meanwhile.
    await create(await fast.hosts.open('marker'), 0);
    await join(await fast.hosts.open('marker'), 'bob', 'b');
    (await fast.hosts.open('marker')).disconnected('bob', 1);
    await waitUntil(
      () => fast.hosts.get('marker')?.state.participants.size === 0 || 'a deadline that has passed is not met',
    );
    expect(connectedIn(room)).toEqual([]);
    expect([...room.state.participants.keys()]).toEqual(['ann']);
    const expiresAt = room.state.participants.get('ann')?.expiresAt ?? 0;
    expect(Math.abs(expiresAt - 60_000 - Date.now())).toBeLessThan(60_000);
  });

  test('[R1] a server opens the rooms of the one whose name it takes over before their people come', async () => {
    const before = await startNode('a');
    const elsewhere = await startNode('c');
    for (const [node, roomId] of [
      [before, 'room'],
      [elsewhere, 'other'],
    ] as const) {
      await create(await node.hosts.open(roomId));
      node.recovery.registry.noteClients(roomId, true);
    }
    const { hosts, recovery, logger } = await startNode('b');
    const heir = nodeInfo('b', { name: 'a', startedAt: 2 });
    await waitUntil(async () => (await recovery.roomsOfPredecessor(heir)).length > 0 || 'no room is known');
    await openAhead(await recovery.roomsOfPredecessor(heir), hosts, logger);
    expect(hosts.list().map(({ roomId }) => roomId)).toEqual(['room']);
    // It is the younger one that takes over.
    expect(await before.recovery.roomsOfPredecessor(nodeInfo('a', { name: 'b', startedAt: 0 }))).toEqual([]);
  });

  test('after a break of the service people have their time to come back from its end', async () => {
    const graceMs = 1_500;
    const before = await startNode('a');
    const room = await before.hosts.open('room');
    await create(room, graceMs);
    await join(room, 'ann', 'a');
    // The node stops before the deadline is met.
    await before.recovery.deadlineSweeper.stop();
    room.disconnected('ann', 1);
    await waitUntil(() => connectedIn(room).length === 0 || 'the disconnect is not recorded');
    const expiresAt = room.state.participants.get('ann')?.expiresAt ?? 0;
    await waitUntil(() => before.recovery.time.now() > expiresAt || 'the time to come back is not over');
    await before.recovery.roomIndex.touch('room', 1, expiresAt);
    await before.end();
    await nodes.side.hset(serviceKey(), 'seen', 1);

    const { hosts } = await startNode('b');
    await waitUntil(() => hosts.get('room')?.state.participants.size === 0 || 'ann has not expired');
    const expiredAt = hosts.get('room')?.changedAt;
    expect(expiredAt).toBeGreaterThanOrEqual(Number(await nodes.side.hget(serviceKey(), 'since')) + graceMs);
  });
});
