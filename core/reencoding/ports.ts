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

/**
 * What reencoding needs of the world: `recovery` implements queue and directory on Redis (BullMQ), `signaling` the
 * channel.
 */

/** The node's end of the queue. @throws Unavailable when a call may have had no effect: it can be made again. */
export interface ReencodingQueue {
  /** Harmless if the queue has the job already. */
  add(job: ReencodingJob): Promise<void>;
  /** Removes a waiting job; a job at work is not given out again. Harmless if the queue does not have the job. */
  remove(jobId: string): Promise<void>;
}

/** A job that the queue gave to this sidecar alone. */
export interface TakenJob {
  readonly job: ReencodingJob;
  /** Grows each time the job is given out. */
  readonly attempt: number;
  /** Aborts when this sidecar lost the job: it was silent for too long, and another one may have the job. */
  readonly lost: AbortSignal;
}

/** The sidecar's end of the queue. */
export interface ReencodingWork {
  /**
   * Calls `work` for each job that it gets from now on, as many at once as `setConcurrency` says. When `work` resolves,
   * the job is done; when it rejects, the job goes back to the queue and is given out again after a pause that grows.
   */
  start(work: (taken: TakenJob) => Promise<void>): void;
  /** How many jobs it takes at once from now on; 0 for none. Jobs at work go on. */
  setConcurrency(concurrency: number): void;
  /** Takes no more jobs and waits for those at work. */
  close(): Promise<void>;
}

export interface SidecarInfo {
  readonly sidecarId: string;
  readonly name: string;
  readonly startedAt: number;
  readonly draining: boolean;
  /** Null if no engine works there; `reason` then says why and what to do. */
  readonly engine: EngineName | null;
  readonly outputs: readonly OutputCodec[];
  readonly reason: string | null;
  /** Number of tracks at work, and how many it has CPU for. */
  readonly tracks: number;
  readonly capacity: number;
}

/** The living sidecars. */
export interface SidecarDirectory {
  /** Makes this sidecar known and keeps it known until `stop`. */
  start(self: () => SidecarInfo): Promise<void>;
  stop(): Promise<void>;
  /** @throws Unavailable */
  sidecars(): Promise<readonly SidecarInfo[]>;
}

/**
 * A sidecar's open channel, for the node's media. Calls never throw; a message that cannot be sent is lost with the
 * channel.
 */
export interface SidecarChannel {
  readonly sidecarId: string;
  readonly name: string;
  adapt(message: Adapt): void;
  release(message: Release): void;
}

/** The node's media, for the channel, which has checked all messages. Calls never throw. */
export interface ReencodingPort {
  attach(channel: SidecarChannel, request: AttachRequest): Promise<AttachAnswer>;
  pulse(channel: SidecarChannel, pulse: Pulse): void;
  stats(channel: SidecarChannel, stats: TrackStats): void;
  detach(channel: SidecarChannel, detach: Detach): void;
  /** The channel closed: the sidecar or the path to it died. */
  lost(channel: SidecarChannel): void;
}
