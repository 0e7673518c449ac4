import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Lifetimes } from '../../../core/host/lifetimes.ts';
import { Replica } from '../../../core/host/Replica.ts';
import type { RoomAudience } from '../../../core/host/RoomAudience.ts';
import type { RoomHost } from '../../../core/host/RoomHost.ts';
import { RoomHosts } from '../../../core/host/RoomHosts.ts';
import type { Journal, NodeRegistry } from '../../../core/ports.ts';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import { restore } from '../../../recovery/replay.ts';
import { KEPT_FOR_EVER } from '../../support/lifetimes.ts';
import { nodeInfo } from '../../support/nodeInfo.ts';
import { NO_MEDIA } from '../../support/noMedia.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { recordingLogger, systemClock } from '../../support/system.ts';

export interface RoomNodeOptions {
  readonly idleMs?: number;
  readonly lifetimes?: Lifetimes;
  /** By how much the clock of the node's machine is ahead. */
  readonly clockAheadMs?: () => number;
  readonly wrapJournal?: (journal: Journal) => Journal;
  readonly wrapRegistry?: (registry: NodeRegistry) => NodeRegistry;
  readonly journalFormat?: number;
}

let ids = 0;
const newId = (): string => `id-${++ids}`;

/** A node with rooms on the real Redis, without clients and media. */
async function startRoomNode(
  server: TestRedis,
  nodeId: string,
  {
    idleMs = 60_000,
    clockAheadMs = () => 0,
    journalFormat = 1,
    lifetimes = KEPT_FOR_EVER,
    ...wrap
  }: RoomNodeOptions = {},
) {
  const clock = { ...systemClock, now: () => Date.now() + clockAheadMs() };
  const logger = recordingLogger();
  const told = { rebuilds: 0 };
  const audience: RoomAudience = {
    committed: () => {},
    serves: () => false,
    rebuilt: () => {
      told.rebuilds += 1;
    },
    consumersOpened: () => Promise.resolve({ tellsShown: false }),
    consumersClosed: () => {},
    consumersPaused: () => {},
    layersWanted: () => {},
    activeSpeakersChanged: () => {},
    connectionQualityChanged: () => {},
    reencodingChanged: () => {},
    mediaLost: () => {},
  };
  const recovery: Recovery = await createRecovery({
    redis: { url: server.url, commandTimeoutMs: 1_500 },
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
    audiences: { forRoom: () => audience },
    clock: { ...systemClock, now: () => recovery.time.now() },
    logger,
    newId,
    restore: async (roomId) => {
      const { state, position, recent } = await restore(recovery.journal, roomId);
      return new Replica(state, position, recent);
    },
    commandTimeoutMs: 5_000,
    lifetimes,
    roomBytes: Number.POSITIVE_INFINITY,
    idleMs,
  });
  await recovery.registry.start(() => nodeInfo(nodeId, { journalFormat }));
  hosts.start();
  let ended = false;
  const end = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    await hosts.close();
    await recovery.registry.stop();
    await recovery.close();
  };
  return { hosts, recovery, logger, told, end };
}

/**
 * Gives the tests of a file one real Redis, emptied after each test, with nodes that end by themselves. `side` talks to
 * Redis directly, without the nodes.
 */
export function useRoomNodes() {
  let server: TestRedis;
  let side: Redis;
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    server = await startTestRedis();
    side = new Redis(server.options);
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await side.flushall();
  });
  afterAll(async () => {
    side.disconnect();
    await server.stop();
  });
  return {
    get server(): TestRedis {
      return server;
    },
    get side(): Redis {
      return side;
    },
    async startNode(nodeId: string, options?: RoomNodeOptions) {
      const node = await startRoomNode(server, nodeId, options);
      ends.push(node.end);
      return node;
    },
  };
}

export const fromNode = (nodeId: string) =>
  ({ commandId: newId(), actor: { kind: 'node', nodeId }, now: Date.now() }) as const;

export async function create(room: RoomHost, graceMs = 60_000): Promise<void> {
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

export async function join(room: RoomHost, participantId: string, nodeId: string): Promise<void> {
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
