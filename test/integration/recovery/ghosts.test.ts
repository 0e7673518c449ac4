import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Replica } from '../../../core/host/Replica.ts';
import type { RoomAudience } from '../../../core/host/RoomAudience.ts';
import type { RoomHost } from '../../../core/host/RoomHost.ts';
import { RoomHosts } from '../../../core/host/RoomHosts.ts';
import type { Journal, NodeRegistry } from '../../../core/ports.ts';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import { nodeRoomsKey, nodesKey } from '../../../recovery/keys.ts';
import { restore } from '../../../recovery/replay.ts';
import { NO_MEDIA } from '../../support/noMedia.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { silentLogger, systemClock } from '../../support/system.ts';
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
  readonly wrapJournal?: (journal: Journal) => Journal;
  readonly wrapRegistry?: (registry: NodeRegistry) => NodeRegistry;
}

/** A node with rooms on the real Redis, without clients and media. */
async function startNode(nodeId: string, { idleMs = 60_000, ...wrap }: NodeOptions = {}) {
  const recovery: Recovery = await createRecovery({
    redis: { url: server.url, commandTimeoutMs: 500 },
    durability: { mode: 'async' },
    nodeId,
    clock: systemClock,
    logger: silentLogger,
  });
  const hosts = new RoomHosts({
    nodeId,
    journal: wrap.wrapJournal?.(recovery.journal) ?? recovery.journal,
    registry: wrap.wrapRegistry?.(recovery.registry) ?? recovery.registry,
    roomIndex: recovery.roomIndex,
    deadlineSweeper: recovery.deadlineSweeper,
    media: NO_MEDIA,
    audiences: { forRoom: () => NO_AUDIENCE },
    clock: systemClock,
    logger: silentLogger,
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
  ends.push(async () => {
    await hosts.close();
    await recovery.registry.stop();
    await recovery.close();
  });
  return { hosts, recovery };
}

const fromNode = (nodeId: string) =>
  ({ commandId: newId(), actor: { kind: 'node', nodeId }, now: Date.now() }) as const;

async function create(room: RoomHost): Promise<void> {
  await room.handle({
    ...fromNode('a'),
    type: 'CreateRoom',
    name: 'Standup',
    capacity: 10,
    graceMs: 60_000,
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
