import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Replica } from '../../../core/host/Replica.ts';
import type { RoomAudience } from '../../../core/host/RoomAudience.ts';
import type { RoomHost } from '../../../core/host/RoomHost.ts';
import { RoomHosts } from '../../../core/host/RoomHosts.ts';
import type { Journal, NodeRegistry } from '../../../core/ports.ts';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import { nodeRoomsKey, nodesKey, serviceKey } from '../../../recovery/keys.ts';
import { restore } from '../../../recovery/replay.ts';
import { NO_MEDIA } from '../../support/noMedia.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { recordingLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';

const NO_AUDIENCE: RoomAudience = {
  committed: () => {},
  rebuilt: () => {},
  consumersOpened: () => Promise.resolve(),
  consumersClosed: () => {},
  consumersPaused: () => {},
  layersWanted: () => {},
  activeSpeakersChanged: () => {},
  connectionQualityChanged: () => {},
  reencodingChanged: () => {},
  mediaLost: () => {},
};

let server: TestRedis;
/** Reads Redis directly, without the nodes. */
let side: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  side = new Redis(server.options);
});
afterAll(async () => {
  side.disconnect();
  await server.stop();
});

let ids = 0;
const newId = (): string => `id-${++ids}`;
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await side.flushall();
});

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

interface NodeOptions {
  readonly idleMs?: number;
  /** By how much the clock of the node's machine is ahead. */
  readonly clockAheadMs?: () => number;
  readonly wrapJournal?: (journal: Journal) => Journal;
  readonly wrapRegistry?: (registry: NodeRegistry) => NodeRegistry;
}

/** A node with rooms on the real Redis, without clients and media. */
async function startNode(nodeId: string, { idleMs = 60_000, clockAheadMs = () => 0, ...wrap }: NodeOptions = {}) {
  const clock = { ...systemClock, now: () => Date.now() + clockAheadMs() };
  const logger = recordingLogger();
  const recovery: Recovery = await createRecovery({
    redis: { url: server.url, commandTimeoutMs: 500 },
    durability: { mode: 'async' },
    nodeId,
    clock,
    logger,
  });
  const hosts = new RoomHosts({
    nodeId,
    journal: wrap.wrapJournal?.(recovery.journal) ?? recovery.journal,
    registry: wrap.wrapRegistry?.(recovery.registry) ?? recovery.registry,
    roomIndex: recovery.roomIndex,
    deadlineSweeper: recovery.deadlineSweeper,
    media: NO_MEDIA,
    audiences: { forRoom: () => NO_AUDIENCE },
    clock: { ...systemClock, now: () => recovery.time.now() },
    logger,
    newId,
    restore: async (roomId) => {
      const { state, position } = await restore(recovery.journal, roomId);
      return new Replica(state, position);
    },
    commandTimeoutMs: 5_000,
    idleMs,
  });
  await recovery.registry.start(() => ({
    nodeId,
    name: nodeId,
    url: `http://${nodeId}`,
    startedAt: 1,
    draining: false,
    load: 0,
    capacity: 500,
    rooms: 0,
    participants: 0,
  }));
  hosts.start();
  let ended = false;
  const end = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    await hosts.close();
    await recovery.registry.stop();
    await recovery.close();
  };
  ends.push(end);
  return { hosts, recovery, logger, end };
}

const fromNode = (nodeId: string) =>
  ({ commandId: newId(), actor: { kind: 'node', nodeId }, now: Date.now() }) as const;

async function create(room: RoomHost, graceMs = 60_000): Promise<void> {
  await room.handle({
    ...fromNode('a'),
    type: 'CreateRoom',
    name: 'Standup',
    capacity: 10,
    graceMs,
    lobby: false,
    passwordHash: null,
  });
}

async function join(room: RoomHost, participantId: string, nodeId: string): Promise<void> {
  await room.handle({
    ...fromNode(nodeId),
    type: 'JoinRoom',
    participantId,
    name: participantId,
    role: 'member',
    nodeId,
    passwordVerifiedFor: null,
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
    expect(await side.smembers(nodeRoomsKey('a'))).toEqual(['room']);
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
    expect(await side.zscore(nodesKey(), 'vanished')).toBeNull();
    await waitUntil(() => connectedIn(room).length < 3 || 'zoe still counts as connected');
    expect(connectedIn(room)).toEqual(['ann', 'bob']);
  });
});

describe('one clock', () => {
  test('a node goes by the time of Redis, and says how far off its own clock is', async () => {
    let aheadMs = 3_600_000;
    const { recovery, logger } = await startNode('a', { clockAheadMs: () => aheadMs });
    const [seconds] = await side.time();
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
    await side.hset(serviceKey(), 'seen', 1);

    const { hosts } = await startNode('b');
    await waitUntil(() => hosts.get('room')?.state.participants.size === 0 || 'ann has not expired');
    const expiredAt = hosts.get('room')?.missedSince(3, undefined)?.at(-1)?.at ?? 0;
    expect(expiredAt).toBeGreaterThanOrEqual(Number(await side.hget(serviceKey(), 'since')) + graceMs);
  });
});
