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

const nobody: RoomAudience = {
  ...silentListener,
  committed: () => undefined,
  rebuilt: () => undefined,
};

/** Commands that move no media never open any. */
const noMedia: MediaPlane = {
  rtpCapabilities: {},
  listen: () => Promise.resolve(),
  openRoom: (roomId) => {
    throw new Error(`Room ${roomId} has no media here`);
  },
  load: () => ({ consumers: 0, capacity: 0 }),
  workerPids: () => [],
  reencoding: null,
  reencodingStats: () => NO_REENCODING,
  close: () => Promise.resolve(),
};

/** A new room on `journal` as a node hosts it, with nobody to tell: what a command costs up to the journal and back. */
export function hostRoomWithoutMedia(roomId: RoomId, nodeId: string, journal: Journal): RoomHost {
  return new RoomHost(roomId, new Replica(), {
    nodeId,
    journal,
    media: noMedia,
    audience: nobody,
    clock: systemClock,
    logger: quietLogger,
    newId: randomUUID,
    restore: () => Promise.reject(new Error('Nobody else writes to this room')),
    commandTimeoutMs: 10_000,
    onAccepted: () => undefined,
    onFailed: (_, error) => {
      throw error;
    },
  });
}
