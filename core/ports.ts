import type { Commit, Position } from './room/commit.ts';
import type { NodeId, RoomId, RoomState } from './room/state.ts';

/** What core needs of the world below it. `recovery` implements it on Redis and, as a twin, in memory. */

export type AppendOutcome =
  /** The commits are in the journal, to the promise of the durability setting. */
  | { readonly type: 'appended' }
  /** Somebody wrote after `after`: nothing was appended, these commits (all of them, in order) were missed. */
  | { readonly type: 'behind'; readonly missed: readonly Commit[] }
  /**
   * The journal does not hold `after`: it ends earlier, or another commit stands at that version. It came back with less
   * than it had acknowledged. Nothing was appended. `journal` is where it stands now.
   */
  | { readonly type: 'diverged'; readonly journal: Position };

/** The part of a deployment that does not serve now. */
export type UnavailablePart = 'redis' | 'replicas' | 'journal' | 'queue' | 'room' | 'node';

/** No answer came: whether the request took effect is unknown. `what` does not serve now; asking again later may help. */
export class Unavailable extends Error {
  readonly what: UnavailablePart;

  constructor(what: UnavailablePart, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Unavailable';
    this.what = what;
  }
}

/** A commit that cannot be read, or a gap between two: the room cannot be replayed past it. Repeating will not help. */
export class JournalCorrupt extends Error {
  readonly roomId: RoomId;
  readonly version: number;

  constructor(roomId: RoomId, version: number, problem: string, options?: ErrorOptions) {
    super(`Journal of room ${JSON.stringify(roomId)}, version ${version}: ${problem}`, options);
    this.name = 'JournalCorrupt';
    this.roomId = roomId;
    this.version = version;
  }
}

export interface Snapshot {
  readonly position: Position;
  readonly state: RoomState;
}

export interface Journal {
  /**
   * Appends `commits` (numbered on from `after`, each naming the one before) all or none, if the journal's last commit is `after`.
   * @throws Unavailable when no answer came in time: they may or may not be in the journal.
   */
  append(roomId: RoomId, commits: readonly Commit[], after: Position): Promise<AppendOutcome>;

  /** Commits with a version above `afterVersion`, in order, at most `limit`. Throws Unavailable. */
  read(roomId: RoomId, afterVersion: number, limit: number): Promise<readonly Commit[]>;

  /** Where the journal stands. Throws Unavailable. */
  position(roomId: RoomId): Promise<Position>;

  /**
   * Calls `onCommits` with commits as they are pushed: soon, usually in order, without any promise that none is missing or
   * double. `onGap` is called when the channel was interrupted (commits may have passed unseen). Ends with the returned function.
   */
  follow(roomId: RoomId, onCommits: (commits: readonly Commit[]) => void, onGap: () => void): Promise<() => void>;

  /** The newest snapshot, or null. One that cannot be read counts as none. Throws Unavailable. */
  loadSnapshot(roomId: RoomId): Promise<Snapshot | null>;

  /** Keeps the snapshot unless a newer one is there. Throws Unavailable. */
  saveSnapshot(roomId: RoomId, snapshot: Snapshot): Promise<void>;

  /** Whether the journal answers now; `onAvailability` hears of every change. */
  readonly available: boolean;
  onAvailability(listener: (available: boolean) => void): () => void;
}

export interface NodeInfo {
  readonly nodeId: NodeId;
  /** Operator's name of the machine or process; restarts keep it. */
  readonly name: string;
  /** Where browsers reach this node. */
  readonly url: string;
  readonly startedAt: number;
  readonly draining: boolean;
  /** Consumers now, and how many it is meant to carry. */
  readonly load: number;
  readonly capacity: number;
  readonly rooms: number;
  readonly participants: number;
}

/** Which nodes live, which rooms they hold, and which rooms have a deadline to meet. */
export interface NodeRegistry {
  /** Makes this node known and keeps it known until `stop`. */
  start(self: () => NodeInfo): Promise<void>;
  stop(): Promise<void>;
  nodes(): Promise<readonly NodeInfo[]>;
  /** Before a node opens a room it says so: whoever finds the node dead looks after its rooms. */
  claimRoom(roomId: RoomId): Promise<void>;
  releaseRoom(roomId: RoomId): Promise<void>;
}

export interface RoomSummary {
  readonly roomId: RoomId;
  readonly lastActivityAt: number;
}

/**
 * The index of rooms: last activity and next deadline of each. A hint: the journal is the truth. Every call throws
 * Unavailable when it may not have been done.
 */
export interface RoomIndex {
  /** `deadline`: when the room must be looked at next (ms since the epoch), null for never. */
  touch(roomId: RoomId, at: number, deadline: number | null): Promise<void>;
  remove(roomId: RoomId): Promise<void>;
  list(limit: number): Promise<readonly RoomSummary[]>;
}

/** Work that somebody must do for rooms whose node died or whose participants' time is up. */
export interface DeadlineSweeper {
  /**
   * From now on calls `onDeadNode` once or more for each room that a dead node held and `onDeadline` for each room whose
   * deadline has passed, on one or several nodes (both must be harmless when repeated). A failed call is made again later.
   */
  start(work: {
    onDeadNode(roomId: RoomId, nodeId: NodeId): Promise<void>;
    onDeadline(roomId: RoomId): Promise<void>;
  }): void;
  stop(): Promise<void>;
}

export interface Clock {
  /** ms since the epoch. */
  now(): number;
  setTimer(afterMs: number, run: () => void): () => void;
}

/** The part of pino that core uses. */
export interface Logger {
  child(bindings: Record<string, unknown>): Logger;
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}
