import type { NodeChannel } from '../cluster/NodeChannel.ts';
import type { ReencodingPort } from '../reencoding/ports.ts';
import type { RoomId } from '../room/state.ts';
import type { MediaPath, RoomMedia, RoomMediaListener } from './RoomMedia.ts';
import type { ReencodingStats } from './reencoding/ReencodingStats.ts';
import type { WorkerReport } from './reports/RoomMediaReport.ts';
import type { RtpCapabilities } from './rtpTypes.ts';

/** One node's media: its workers and what runs on them. */
export interface MediaPlane {
  /** The same on every node and after every restart, so that clients keep their loaded device. */
  readonly rtpCapabilities: RtpCapabilities;
  /** How many tiles a page shows in rooms that do not say. */
  readonly pageSize: number;
  /**
   * Binds the media ports (a standby binds none): each worker has two, and takes the one that is free. Tries again
   * while other processes have both. Unless another server of this deployment may hold one (`besideAnother`), a port
   * that stays taken is named in the log.
   */
  listen(options?: { readonly besideAnother: boolean }): Promise<void>;
  /** In rooms that open from now on tracks cross between nodes. Call it once. */
  joinNodes(channel: NodeChannel): void;
  openRoom(roomId: RoomId, listener: RoomMediaListener): RoomMedia;
  /** The rooms whose media are open. */
  openRooms(): ReadonlyMap<RoomId, RoomMedia>;
  /** Number of consumers now, and the most that fit. */
  load(): { readonly consumers: number; readonly capacity: number };
  /** Pids of the live mediasoup workers, for drills and metrics. */
  workerPids(): readonly number[];
  /** One for each worker, with what it has used so far. */
  workers(): Promise<readonly WorkerReport[]>;
  /** The part that sidecars talk to; null if this node has no queue for their work. */
  readonly reencoding: ReencodingPort | null;
  reencodingStats(): ReencodingStats;
  /** Number of tracks that this node has from other nodes now, as their publishers send them, and reencoded. */
  crossingTracks(): Readonly<Record<MediaPath, number>>;
  close(): Promise<void>;
}
