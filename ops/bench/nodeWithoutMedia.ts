import { randomUUID } from 'node:crypto';
import { Replica } from '../../core/host/Replica.ts';
import { RoomHosts } from '../../core/host/RoomHosts.ts';
import { createRecovery } from '../../recovery/createRecovery.ts';
import { restore } from '../../recovery/replay.ts';
import type { Cleanup } from '../kit/cleanup.ts';
import type { PrivateRedis } from '../kit/PrivateRedis.ts';
import { quietLogger } from '../kit/quietLogger.ts';
import { systemClock } from '../kit/systemClock.ts';
import { nobody, noMedia } from './roomWithoutMedia.ts';

export interface NodeWithoutMedia {
  readonly nodeId: string;
  readonly rooms: RoomHosts;
  /** `cleanup` closes it too. */
  close(): Promise<void>;
}

/** A node as a server has it, with its own connections to Redis, but without clients and media. */
export async function openNode(
  redis: PrivateRedis,
  durability: 'async' | 'fsync',
  cleanup: Cleanup,
): Promise<NodeWithoutMedia> {
  const nodeId = `bench-${randomUUID()}`;
  const recovery = await createRecovery({
    redis: { url: redis.url, commandTimeoutMs: 10_000 },
    durability: { mode: durability },
    nodeId,
    clock: systemClock,
    logger: quietLogger,
  });
  const rooms = new RoomHosts({
    nodeId,
    journal: recovery.journal,
    registry: recovery.registry,
    roomIndex: recovery.roomIndex,
    deadlineSweeper: recovery.deadlineSweeper,
    media: noMedia,
    audiences: { forRoom: () => nobody },
    clock: { now: () => recovery.time.now(), setTimer: systemClock.setTimer },
    logger: quietLogger,
    newId: randomUUID,
    restore: async (roomId) => {
      const { state, position, recent } = await restore(recovery.journal, roomId);
      return new Replica(state, position, recent);
    },
    commandTimeoutMs: 10_000,
    lifetimes: { emptyMs: 0, retentionMs: 0 },
    roomBytes: Number.POSITIVE_INFINITY,
    idleMs: 60_000,
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= rooms.close().then(() => recovery.close());
    return closing;
  };
  cleanup.add(close);
  return { nodeId, rooms, close };
}
