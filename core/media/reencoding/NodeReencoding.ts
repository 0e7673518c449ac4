import { createHash } from 'node:crypto';
import type { Clock, Logger } from '../../ports.ts';
import type {
  AttachAnswer,
  AttachRequest,
  Detach,
  Pulse,
  ReencodingJob,
  TrackStats,
} from '../../reencoding/messages.ts';
import type { ReencodingPort, ReencodingQueue, SidecarChannel } from '../../reencoding/ports.ts';
import type { NodeId, RoomId } from '../../room/state.ts';
import { messageOf } from '../mediaFailures.ts';
import type { PlainListen } from './openPlainTransport.ts';
import { NO_REENCODING, type ReencodingCounter, type ReencodingStats } from './ReencodingStats.ts';
import { RoomReencoding, type RoomReencodingObjects } from './RoomReencoding.ts';
import type { TrackReencoding } from './TrackReencoding.ts';

export interface NodeReencodingOptions {
  readonly queue: ReencodingQueue;
  readonly nodeId: NodeId;
  /** The URL at which sidecars reach this node. */
  readonly nodeUrl: string;
  readonly plainListen: PlainListen;
  readonly mostTracks?: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

const CHECK_EVERY_MS = 25;
/** After a longer pause this process itself was late: it reads what arrived meanwhile before it judges anybody. */
const OVERSLEPT_MS = 150;
const POLL_EVERY_MS = 1_000;
const MEASURE_EVERY_MS = 1_000;

/** The node's reencoding: opens that of each room, and routes sidecars' messages to the track of their job. */
export class NodeReencoding implements ReencodingPort {
  readonly #options: NodeReencodingOptions;
  /** The tracks by job id, for each job that sidecars may speak of. */
  readonly #tracks = new Map<string, TrackReencoding>();
  readonly #rooms = new Map<RoomReencoding, RoomId>();
  readonly #closedChannels = new WeakSet<SidecarChannel>();
  readonly #counters: Record<ReencodingCounter, number> = { ...NO_REENCODING };
  #lastGeneration = 0;
  #cancelCheck: (() => void) | null = null;
  #cancelMeasure: (() => void) | null = null;
  #checkedAt = 0;
  #skipped = false;
  #polledAt = 0;

  constructor(options: NodeReencodingOptions) {
    this.#options = options;
  }

  openRoom(roomId: RoomId, objects: RoomReencodingObjects): RoomReencoding {
    const { queue, plainListen, mostTracks, clock } = this.#options;
    const room = new RoomReencoding(objects, {
      queue,
      plainListen,
      ...(mostTracks === undefined ? {} : { mostTracks }),
      clock,
      logger: this.#options.logger.child({ roomId }),
      newJob: (track) => this.#newJob(roomId, track),
      forgetJob: (jobId) => this.#tracks.delete(jobId),
      count: (counter, times = 1) => {
        this.#counters[counter] += times;
      },
      isChannelClosed: (channel) => this.#closedChannels.has(channel),
      busy: () => this.#checkLater(),
      watchAudiences: () => this.#measureLater(),
      onClosed: (closed) => this.#rooms.delete(closed),
    });
    this.#rooms.set(room, roomId);
    return room;
  }

  async attach(channel: SidecarChannel, request: AttachRequest): Promise<AttachAnswer> {
    const track = this.#tracks.get(request.jobId);
    return (await track?.attach(channel, request)) ?? { type: 'unwanted', reason: 'this node does not know the job' };
  }

  pulse(channel: SidecarChannel, { tracks }: Pulse): void {
    for (const { jobId, ...counters } of tracks) this.#tracks.get(jobId)?.pulse(channel, jobId, counters);
  }

  stats(channel: SidecarChannel, stats: TrackStats): void {
    this.#tracks.get(stats.jobId)?.stats(channel, stats);
  }

  detach(channel: SidecarChannel, detach: Detach): void {
    this.#tracks.get(detach.jobId)?.detach(channel, detach);
  }

  lost(channel: SidecarChannel): void {
    this.#closedChannels.add(channel);
    for (const track of new Set(this.#tracks.values())) track.lost(channel);
  }

  reencodingStats(): ReencodingStats {
    const tracks = [...this.#rooms].flatMap(([room, roomId]) =>
      room.attached.map(({ trackId, attachment: { channel, engine, phase, stats } }) => ({
        roomId,
        trackId,
        sidecarId: channel.sidecarId,
        engine,
        phase,
        stats,
      })),
    );
    return { ...this.#counters, tracks };
  }

  close(): void {
    this.#cancelCheck?.();
    this.#cancelCheck = null;
    this.#cancelMeasure?.();
    this.#cancelMeasure = null;
    for (const room of [...this.#rooms.keys()]) room.close();
  }

  #newJob(roomId: RoomId, track: TrackReencoding): ReencodingJob {
    const { nodeId, nodeUrl } = this.#options;
    const { participantId, trackId, producerId } = track.source;
    this.#lastGeneration += 1;
    const name = JSON.stringify([nodeId, roomId, trackId, producerId, this.#lastGeneration]);
    const jobId = `track-${createHash('sha256').update(name).digest('base64url').slice(0, 24)}`;
    this.#tracks.set(jobId, track);
    return { jobId, roomId, participantId, trackId, nodeId, nodeUrl };
  }

  #measureLater(): void {
    this.#cancelMeasure ??= this.#options.clock.setTimer(MEASURE_EVERY_MS, () => void this.#measure());
  }

  async #measure(): Promise<void> {
    const asking = [...this.#rooms.keys()].filter((room) => room.asksForAudience);
    const measured = await Promise.allSettled(asking.map((room) => room.measureAudience()));
    for (const one of measured) {
      if (one.status === 'fulfilled') continue;
      this.#options.logger.error({ error: messageOf(one.reason) }, 'audiences could not be measured: this is a bug');
    }
    this.#cancelMeasure = null;
    if (asking.some((room) => room.asksForAudience)) this.#measureLater();
  }

  #checkLater(): void {
    if (this.#cancelCheck) return;
    this.#checkedAt = this.#options.clock.now();
    this.#cancelCheck = this.#options.clock.setTimer(CHECK_EVERY_MS, () => this.#check());
  }

  #check(): void {
    this.#cancelCheck = null;
    const now = this.#options.clock.now();
    const overslept = now - this.#checkedAt > OVERSLEPT_MS;
    const busy = [...this.#rooms.keys()].filter((room) => room.attached.length > 0);
    if (busy.length === 0) return;
    this.#checkLater();
    // One check at most is left out, or a process that is always late would never check.
    this.#skipped = overslept && !this.#skipped;
    if (this.#skipped) return;
    for (const room of busy) room.checkPulses();
    if (now - this.#polledAt < POLL_EVERY_MS) return;
    this.#polledAt = now;
    for (const room of busy) {
      room.pollPaths().catch((error: unknown) => {
        this.#options.logger.error({ error: messageOf(error) }, 'paths could not be polled: this is a bug');
      });
    }
  }
}
