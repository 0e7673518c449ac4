import type {
  Adapt,
  AttachAnswer,
  AttachRequest,
  Detach,
  EngineName,
  OutputCodec,
  Pulse,
  ReencodingJob,
  Release,
  TrackStats,
} from './messages.ts';

/** What reencoding needs of the world around it. `recovery` implements queue and directory on Redis (BullMQ), `signaling` the channel. */

/** The node's end of the queue. Every call throws Unavailable when it may not have been done: it is then made again. */
export interface ReencodingQueue {
  /** Harmless when the job is there already. */
  add(job: ReencodingJob): Promise<void>;
  /** A job that waits is gone; one that is being worked on is not given out again. Harmless when unknown. */
  remove(jobId: string): Promise<void>;
}

/** A job that the queue gave to this sidecar alone. */
export interface TakenJob {
  readonly job: ReencodingJob;
  /** Grows each time the job is given out. */
  readonly attempt: number;
  /** Aborted when the job is no longer this sidecar's: it was silent for too long, and another may have it. */
  readonly lost: AbortSignal;
}

/** The sidecar's end of the queue. */
export interface ReencodingWork {
  /**
   * From now on calls `work` for each job that it gets, at most `concurrency()` at once. Resolved: the job is done. Rejected: the
   * job goes back to the queue and is given out again, after a pause that grows.
   */
  start(work: (taken: TakenJob) => Promise<void>): void;
  /** How many jobs at once, from now on; 0: takes no more. Jobs at work go on. */
  setConcurrency(concurrency: number): void;
  /** Takes no more and waits for those at work. */
  close(): Promise<void>;
}

export interface SidecarInfo {
  readonly sidecarId: string;
  readonly name: string;
  readonly startedAt: number;
  readonly draining: boolean;
  /** Null: no engine works there; `reason` says why and what to do. */
  readonly engine: EngineName | null;
  readonly outputs: readonly OutputCodec[];
  readonly reason: string | null;
  /** Tracks at work, and how many it has CPU for. */
  readonly tracks: number;
  readonly capacity: number;
}

/** Which sidecars live. */
export interface SidecarDirectory {
  /** Makes this sidecar known and keeps it known until `stop`. */
  start(self: () => SidecarInfo): Promise<void>;
  stop(): Promise<void>;
  /** Throws Unavailable. */
  sidecars(): Promise<readonly SidecarInfo[]>;
}

/** One sidecar's open channel, as the node's media sees it. Calls never throw; what cannot be sent is lost with the channel. */
export interface SidecarChannel {
  readonly sidecarId: string;
  readonly name: string;
  adapt(message: Adapt): void;
  release(message: Release): void;
}

/** The node's media, as the channel sees it. Messages were checked; none of these calls throws. */
export interface ReencodingPort {
  attach(channel: SidecarChannel, request: AttachRequest): Promise<AttachAnswer>;
  pulse(channel: SidecarChannel, pulse: Pulse): void;
  stats(channel: SidecarChannel, stats: TrackStats): void;
  detach(channel: SidecarChannel, detach: Detach): void;
  /** The channel closed: the sidecar died, or the way to it did. */
  lost(channel: SidecarChannel): void;
}
