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
import type { ReencodingPort, ReencodingQueue, SidecarLink } from '../../reencoding/ports.ts';
import type { NodeId, RoomId } from '../../room/state.ts';
import type { ReencodingFigures } from '../MediaPlane.ts';
import type { MediaProducer } from '../MediaProducer.ts';
import { messageOf } from '../mediaFailures.ts';
import type { PlainListen } from './openPlainTransport.ts';
import { RoomReencoding, type RoomReencodingObjects } from './RoomReencoding.ts';
import type { ReencodingCounters, TrackReencoding } from './TrackReencoding.ts';

export interface NodeReencodingOptions {
  readonly queue: ReencodingQueue;
  readonly nodeId: NodeId;
  /** Where sidecars reach this node's channel. */
  readonly nodeUrl: string;
  readonly plainListen: PlainListen;
  readonly clock: Clock;
  readonly logger: Logger;
}

const REVIEW_EVERY_MS = 25;
/** After a longer pause it was this process that slept: what it was sent meanwhile is looked at first. */
const OVERSLEPT_MS = 150;
const POLL_EVERY_MS = 1_000;

/** The node's reencoding: gives the rooms' wishes to the queue, and brings sidecars and tracks together. */
export class NodeReencoding implements ReencodingPort {
  readonly #options: NodeReencodingOptions;
  readonly #jobs = new Map<string, TrackReencoding>();
  readonly #rooms = new Map<RoomReencoding, RoomId>();
  readonly #lostLinks = new WeakSet<SidecarLink>();
  readonly #counters: ReencodingCounters = {
    attachments: 0,
    fallbacks: 0,
    switches: 0,
    keyframeRequestsAbsorbed: 0,
    keyframeRequestsSent: 0,
  };
  #lastGeneration = 0;
  #cancelReview: (() => void) | null = null;
  #reviewedAt = 0;
  #skipped = false;
  #polledAt = 0;

  constructor(options: NodeReencodingOptions) {
    this.#options = options;
  }

  openRoom(roomId: RoomId, objects: RoomReencodingObjects): RoomReencoding {
    const { queue, plainListen, clock } = this.#options;
    const room = new RoomReencoding(objects, {
      queue,
      plainListen,
      clock,
      logger: this.#options.logger.child({ roomId }),
      newJob: (source) => this.#newJob(roomId, source),
      jobs: this.#jobs,
      counters: this.#counters,
      isLinkLost: (link) => this.#lostLinks.has(link),
      busy: () => this.#reviewLater(),
      onClosed: (closed) => this.#rooms.delete(closed),
    });
    this.#rooms.set(room, roomId);
    return room;
  }

  async attach(link: SidecarLink, request: AttachRequest): Promise<AttachAnswer> {
    const track = this.#jobs.get(request.jobId);
    return (await track?.attach(link, request)) ?? { type: 'unwanted', reason: 'this node does not know the job' };
  }

  pulse(link: SidecarLink, { tracks }: Pulse): void {
    for (const { jobId, ...counters } of tracks) this.#jobs.get(jobId)?.pulse(link, jobId, counters);
  }

  stats(link: SidecarLink, stats: TrackStats): void {
    this.#jobs.get(stats.jobId)?.stats(link, stats);
  }

  detach(link: SidecarLink, detach: Detach): void {
    this.#jobs.get(detach.jobId)?.detach(link, detach);
  }

  lost(link: SidecarLink): void {
    this.#lostLinks.add(link);
    for (const track of new Set(this.#jobs.values())) track.lost(link);
  }

  figures(): ReencodingFigures {
    const tracks = [...this.#rooms].flatMap(([room, roomId]) =>
      room.attached.map(({ trackId, attachment: { link, phase, stats } }) => ({
        roomId,
        trackId,
        sidecarId: link.sidecarId,
        phase,
        stats,
      })),
    );
    return { tracks, ...this.#counters };
  }

  close(): void {
    this.#cancelReview?.();
    this.#cancelReview = null;
    for (const room of [...this.#rooms.keys()]) room.close();
  }

  #newJob(roomId: RoomId, { participantId, trackId, producerId }: MediaProducer): ReencodingJob {
    const { nodeId, nodeUrl } = this.#options;
    this.#lastGeneration += 1;
    const name = JSON.stringify([nodeId, roomId, trackId, producerId, this.#lastGeneration]);
    const jobId = `track-${createHash('sha256').update(name).digest('base64url').slice(0, 24)}`;
    return { jobId, roomId, participantId, trackId, nodeId, nodeUrl };
  }

  #reviewLater(): void {
    if (this.#cancelReview) return;
    this.#reviewedAt = this.#options.clock.now();
    this.#cancelReview = this.#options.clock.setTimer(REVIEW_EVERY_MS, () => this.#review());
  }

  #review(): void {
    this.#cancelReview = null;
    const now = this.#options.clock.now();
    const overslept = now - this.#reviewedAt > OVERSLEPT_MS;
    const busy = [...this.#rooms.keys()].filter((room) => room.attached.length > 0);
    if (busy.length === 0) return;
    this.#reviewLater();
    // Once: a process that is always late looks all the same.
    this.#skipped = overslept && !this.#skipped;
    if (this.#skipped) return;
    for (const room of busy) room.review();
    if (now - this.#polledAt < POLL_EVERY_MS) return;
    this.#polledAt = now;
    for (const room of busy) {
      room.poll().catch((error: unknown) => {
        this.#options.logger.error({ error: messageOf(error) }, 'links could not be looked at: this is a bug');
      });
    }
  }
}
