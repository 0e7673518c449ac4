import type { MediaPlane } from '../../core/media/MediaPlane.ts';
import { NO_REENCODING } from '../../core/media/reencoding/ReencodingStats.ts';

/** For nodes whose clients take part without media; no worker runs. */
export const NO_MEDIA: MediaPlane = {
  rtpCapabilities: {},
  pageSize: 12,
  listen: () => Promise.resolve(),
  joinNodes: () => undefined,
  openRoom: () => {
    throw new Error('there is no media here');
  },
  openRooms: () => new Map(),
  load: () => ({ consumers: 0, capacity: 0 }),
  workerPids: () => [],
  workers: async () => [],
  crossingTracks: () => ({ source: 0, reencoded: 0 }),
  reencoding: null,
  reencodingStats: () => NO_REENCODING,
  close: () => Promise.resolve(),
};
