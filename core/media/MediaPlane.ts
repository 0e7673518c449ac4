import type { ReencodingPort } from '../reencoding/ports.ts';
import type { RoomId } from '../room/state.ts';
import type { RoomMedia, RoomMediaListener } from './RoomMedia.ts';
import type { ReencodingStats } from './reencoding/ReencodingStats.ts';
import type { RtpCapabilities } from './rtpTypes.ts';

/** One node's media: its workers and what runs on them. */
export interface MediaPlane {
  /** The same on every node and after every restart, so that clients keep their loaded device. */
  readonly rtpCapabilities: RtpCapabilities;
  /** Binds the media ports (a standby binds none). Tries again while a dying process still has them. */
  listen(): Promise<void>;
  openRoom(roomId: RoomId, listener: RoomMediaListener): RoomMedia;
  /** Number of consumers now, and the most that fit. */
  load(): { readonly consumers: number; readonly capacity: number };
  /** Pids of the live mediasoup workers, for drills and metrics. */
  workerPids(): readonly number[];
  /** The part that sidecars talk to; null if this node has no queue for their work. */
  readonly reencoding: ReencodingPort | null;
  reencodingStats(): ReencodingStats;
  close(): Promise<void>;
}
