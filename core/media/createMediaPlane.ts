import type { Clock, Logger } from '../ports.ts';
import type { ReencodingQueue } from '../reencoding/ports.ts';
import type { NodeId, RoomId } from '../room/state.ts';
import type { MediaPolicy } from '../view/mediaSteps.ts';
import { RTP_CAPABILITIES } from './codecs.ts';
import { LiveRoomMedia } from './LiveRoomMedia.ts';
import type { MediaPlane } from './MediaPlane.ts';
import { MediaNodes } from './nodes/MediaNodes.ts';
import type { PipeListen } from './nodes/openPipeTransport.ts';
import { NodeReencoding } from './reencoding/NodeReencoding.ts';
import { NO_REENCODING } from './reencoding/ReencodingStats.ts';
import type { MediaListen } from './workers/announcedCandidates.ts';
import { watchOpenFiles } from './workers/openFiles.ts';
import { WorkerPool } from './workers/WorkerPool.ts';

export interface MediaPlaneOptions {
  readonly nodeId: NodeId;
  /** Whether media ports take TCP too, for browsers whose UDP is blocked; true by default. */
  readonly iceTcp?: boolean;
  /** Number of mediasoup workers: one for each core. */
  readonly workers: number;
  /** Addresses to bind. One that browsers cannot reach (0.0.0.0, behind NAT) needs its announced address. */
  readonly listen: readonly MediaListen[];
  /** Worker i listens on basePort + i or on basePort + workers + i, whichever is free, UDP and TCP. */
  readonly basePort: number;
  /** Consumers that a worker carries before a room spreads to another one. */
  readonly workerCapacity?: number;
  readonly policy?: MediaPolicy;
  /** The most that one participant is asked to send; whoever sends far more is paused. */
  readonly maxIncomingBitrateBps?: number;
  /** The queue of reencoding jobs, and where sidecars reach this node. Without it nothing is reencoded. */
  readonly reencoding?: {
    readonly queue: ReencodingQueue;
    readonly nodeUrl: string;
    /** How many tracks of one room are reencoded at most; any number by default. */
    readonly mostTracks?: number;
  } | null;
  /** UDP ports for sidecars on other machines, `max` included; any by default. */
  readonly plainPorts?: { readonly min: number; readonly max: number } | null;
  /** Where other nodes send media; the loopback address by default. */
  readonly pipes?: PipeListen;
  /** A pipe ends when nothing came through it for this long and its node cannot be asked. */
  readonly pipePatienceMs?: number;
  /** Path of the mediasoup worker's binary; by default mediasoup's own. */
  readonly workerBin?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

const DEFAULT_POLICY: MediaPolicy = { lastN: null, loudestN: null, lastScreens: null, pageSize: 12 };
const LOOPBACK: PipeListen = { address: '127.0.0.1', ports: null };
/** mediasoup reports on sound every 7.5 s at the latest. */
const PIPE_PATIENCE_MS = 15_000;
const MAX_INCOMING_BITRATE_BPS = 8_000_000;

/**
 * Starts the workers; the ports are bound in `listen`.
 * @throws MediaWorkerUnavailable when the worker's binary is missing or does not run.
 */
export async function createMediaPlane(options: MediaPlaneOptions): Promise<MediaPlane> {
  assertAnnounceable(options.listen);
  const { nodeId, workerCapacity = 500, policy = DEFAULT_POLICY, clock } = options;
  const maxIncomingBitrateBps = options.maxIncomingBitrateBps ?? MAX_INCOMING_BITRATE_BPS;
  const logger = options.logger.child({ part: 'media' });
  const pool = await WorkerPool.create({ ...options, logger });
  const rooms = new Map<LiveRoomMedia, RoomId>();
  const stopWatchingFiles = watchOpenFiles(() => pool.pids(), clock, logger);
  const plainListen = { listen: options.listen, ports: options.plainPorts ?? null };
  const reencoding = options.reencoding
    ? new NodeReencoding({ ...options.reencoding, nodeId, plainListen, clock, logger })
    : null;
  const { pipes = LOOPBACK, pipePatienceMs = PIPE_PATIENCE_MS } = options;
  let nodes: MediaNodes | null = null;
  return {
    rtpCapabilities: RTP_CAPABILITIES,
    pageSize: policy.pageSize,
    listen: ({ besideAnother } = { besideAnother: false }) => pool.listen(besideAnother),
    joinNodes(channel) {
      nodes = new MediaNodes({ nodeId, channel, listen: pipes, patienceMs: pipePatienceMs, clock, logger });
    },
    openRoom(roomId: RoomId, listener) {
      const joined = nodes;
      const room = new LiveRoomMedia({
        nodeId,
        slots: pool.slots,
        workerCapacity,
        maxIncomingBitrateBps,
        policy,
        listener,
        openReencoding: reencoding && ((objects) => reencoding.openRoom(roomId, objects)),
        openNodes: joined && ((objects) => joined.openRoom(roomId, objects)),
        clock,
        logger: logger.child({ roomId }),
        onClosed: () => rooms.delete(room),
      });
      rooms.set(room, roomId);
      return room;
    },
    openRooms: () => new Map([...rooms].map(([room, roomId]) => [roomId, room])),
    load: () => ({
      consumers: pool.slots.reduce((sum, slot) => sum + slot.consumers, 0),
      capacity: pool.slots.length * workerCapacity,
    }),
    workerPids: () => pool.pids(),
    workers: () => Promise.all(pool.slots.map((slot) => slot.report())),
    reencoding,
    reencodingStats: () => reencoding?.reencodingStats() ?? NO_REENCODING,
    crossingTracks: () => nodes?.crossingTracks() ?? { source: 0, reencoded: 0 },
    async close() {
      stopWatchingFiles();
      await Promise.all([...rooms.keys()].map((room) => room.close()));
      reencoding?.close();
      nodes?.close();
      await pool.close();
    },
  };
}

function assertAnnounceable(listen: readonly MediaListen[]): void {
  if (listen.length === 0) throw new TypeError('media needs an address to listen on');
  for (const { ip, announcedAddress } of listen) {
    if ((ip === '0.0.0.0' || ip === '::') && !announcedAddress) {
      throw new TypeError(`media listening on ${ip} needs an address to tell browsers: set ANNOUNCED_ADDRESS`);
    }
  }
}
