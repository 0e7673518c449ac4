import { randomUUID } from 'node:crypto';
import { Replica } from '../../core/host/Replica.ts';
import type { RoomAudience } from '../../core/host/RoomAudience.ts';
import { RoomHost } from '../../core/host/RoomHost.ts';
import type { MediaPlane } from '../../core/media/MediaPlane.ts';
import { NO_REENCODING } from '../../core/media/reencoding/ReencodingStats.ts';
import type { Journal } from '../../core/ports.ts';
import type { RoomId } from '../../core/room/state.ts';
import { quietLogger } from '../kit/quietLogger.ts';
import { systemClock } from '../kit/systemClock.ts';
import { silentListener } from './silentListener.ts';

export const nobody: RoomAudience = {
  ...silentListener,
  committed: () => undefined,
  serves: () => false,
  rebuilt: () => undefined,
};

/** Commands that change no media never open a room here. */
export const noMedia: MediaPlane = {
  rtpCapabilities: {},
  pageSize: 12,
  listen: () => Promise.resolve(),
  joinNodes: () => undefined,
  openRoom: (roomId) => {
    throw new Error(`room ${roomId} has no media here`);
  },
  load: () => ({ consumers: 0, capacity: 0 }),
  openRooms: () => new Map(),
  workers: async () => [],
  workerPids: () => [],
  crossingTracks: () => ({ source: 0, reencoded: 0 }),
  reencoding: null,
  reencodingStats: () => NO_REENCODING,
  close: () => Promise.resolve(),
};

/** Hosts a new room on `journal` without an audience, to measure the cost of a command up to the journal and back. */
export function hostRoomWithoutMedia(roomId: RoomId, nodeId: string, journal: Journal): RoomHost {
  return new RoomHost(roomId, new Replica(), {
    nodeId,
    journal,
    media: noMedia,
    audience: nobody,
    clock: systemClock,
    logger: quietLogger,
    newId: randomUUID,
    restore: () => Promise.reject(new Error('nobody else writes to this room')),
    commandTimeoutMs: 10_000,
    onAccepted: () => undefined,
    roomBytes: Number.POSITIVE_INFINITY,
    onFailed: (_, error) => {
      throw error;
    },
  });
}
