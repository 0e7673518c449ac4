import type { Commit, Position } from './room/commit.ts';
import type { NodeId, RoomId, RoomState } from './room/state.ts';

/** What core needs of the world below it. `recovery` implements it on Redis, and in memory for tests. */

export type AppendOutcome =
  /** The commits are in the journal, to the promise of the durability setting. */
  | { readonly type: 'appended' }
  /** Another node wrote after `after`: nothing was appended. `missed`: all commits since, in order. */
  | { readonly type: 'behind'; readonly missed: readonly Commit[] }
  /**
   * The journal does not hold `after`: it ends earlier, another commit stands at that version, or it was trimmed
   * beyond it. It came back with less than it had acknowledged, or the writer is far behind. Nothing was appended.
   * `journal` is where it stands now.
   */
  | { readonly type: 'diverged'; readonly journal: Position };

/** The part of a deployment that does not serve now. */
export type UnavailablePart = 'redis' | 'replicas' | 'journal' | 'queue' | 'files' | 'room' | 'node';

/**
 * No answer came: whether the request took effect is unknown. `what` does not serve now; asking again later may help.
 */
export class Unavailable extends Error {
  readonly what: UnavailablePart;

  constructor(what: UnavailablePart, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Unavailable';
    this.what = what;
  }
}

/** The store has no memory left: nothing was appended. Deletions and what they need are still taken. */
export class JournalFull extends Error {
  constructor(
    message = 'The server has no memory left for what this would add. Delete something, or ask again later.',
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'JournalFull';
  }
}

/** The room holds as much as one may: nothing was appended. `journalBytes` of it are its journal, not its state. */
export class RoomFull extends JournalFull {
  readonly journalBytes: number;

  constructor(journalBytes: number) {
    super('This room holds as much as a room may. Delete messages: a minute later there is room again.');
    this.name = 'RoomFull';
    this.journalBytes = journalBytes;
  }
}

/** A commit cannot be read, or one is missing: the room cannot be replayed past it. Reading again does not help. */
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

/**
 * A newer version of the program wrote this commit, or the snapshot at it. The journal is in order; this version reads
 * it only up to here.
 */
export class JournalAhead extends JournalCorrupt {
  /** What the same answer held before that commit, in order. */
  readonly before: readonly Commit[];

  constructor(roomId: RoomId, version: number, before: readonly Commit[], options?: ErrorOptions) {
    super(roomId, version, 'a newer version of Everroom wrote what is there', options);
    this.name = 'JournalAhead';
    this.before = before;
  }
}

export interface Snapshot {
  readonly position: Position;
  readonly state: RoomState;
}

/** The newest commits up to a snapshot that stay in the journal, although the snapshot stands for them. */
export interface KeptTail {
  readonly commits: number;
  readonly bytes: number;
}

/** For nodes that are a little behind. */
export const RECENT_TAIL: KeptTail = { commits: 1_024, bytes: 1 << 20 };
/** For a room in which people deleted something: the commits that still have it go. */
export const NO_TAIL: KeptTail = { commits: 0, bytes: 0 };

/**
 * How much may be written: so many bytes (UTF-8) that the room's journal and its state as of the snapshot hold
 * together, or what the store keeps in reserve when it is full.
 */
export type WriteLimit = number | 'reserve';

/**
 * The journals of all rooms. Whatever it answers or pushes is as durable as the setting promises: nothing has to be
 * taken back after an answer.
 */
export interface Journal {
  /**
   * Appends `commits` (numbered on from `after`, each naming the one before) all or none, if the journal's last commit
   * is `after`. Without a `limit` the room may hold whatever the store takes.
   * @throws Unavailable when no answer came in time: they may or may not be in the journal.
   * @throws JournalAhead when one of the missed commits is from a newer version
   * @throws JournalFull; RoomFull when it is the room that is full
   */
  append(roomId: RoomId, commits: readonly Commit[], after: Position, limit?: WriteLimit): Promise<AppendOutcome>;

  /**
   * At most `limit` commits with a version above `afterVersion`, in order; the first ones are missing if the journal
   * was trimmed beyond it. @throws Unavailable, JournalAhead
   */
  read(roomId: RoomId, afterVersion: number, limit: number): Promise<readonly Commit[]>;

  /** The position of the last commit. @throws Unavailable */
  position(roomId: RoomId): Promise<Position>;

  /**
   * Calls `onCommits` with commits as they are pushed: soon and usually in order, but some may be missing or come
   * twice. Calls `onGap` after the channel was interrupted: commits may have been missed. The returned function ends
   * it.
   */
  follow(roomId: RoomId, onCommits: (commits: readonly Commit[]) => void, onGap: () => void): Promise<() => void>;

  /**
   * The newest snapshot. Returns null if there is none, or it is damaged.
   * @throws Unavailable; JournalAhead when a newer version wrote it
   */
  loadSnapshot(roomId: RoomId): Promise<Snapshot | null>;

  /**
   * Keeps the snapshot unless there is a newer one, and trims the journal: of the commits before the snapshot's own
   * only `keep` stay (`RECENT_TAIL` by default). @throws Unavailable
   */
  saveSnapshot(roomId: RoomId, snapshot: Snapshot, keep?: KeptTail): Promise<void>;

  /**
   * Deletes a closed room that ends where `rest` stands; returns false if it was written to since. For an hour `rest`
   * is in its place, so that a node which still knows the room does not write it again. @throws Unavailable
   */
  forgetRoom(roomId: RoomId, rest: Snapshot): Promise<boolean>;

  /** Whether the journal answers now; `onAvailability` reports every change. */
  readonly available: boolean;
  onAvailability(listener: (available: boolean) => void): () => void;
}

export interface NodeInfo {
  readonly nodeId: NodeId;
  /** The operator's name for the node; restarts keep it. */
  readonly name: string;
  /** The URL at which browsers reach this node. */
  readonly url: string;
  readonly startedAt: number;
  readonly draining: boolean;
  /** Number of consumers now, and how many fit. */
  readonly load: number;
  readonly capacity: number;
  readonly rooms: number;
  readonly participants: number;
  /** A node with a higher number reads journals that one with a lower number does not; 0 if it does not say. */
  readonly journalFormat: number;
  /** The URL at which other nodes reach this node, without a slash at the end; null if it does not say. */
  readonly internalUrl: string | null;
  /** The IP address that other nodes may send media to; null if it does not say. */
  readonly mediaAddress: string | null;
  /** The operator's name for where the node stands; null for none. */
  readonly region: string | null;
  /** How busy its processors are, from 0 to 1. */
  readonly cpu: number;
  /** The protocols of clients that it speaks. */
  readonly protocols: readonly number[];
  /** Nodes with different numbers do not talk to each other; 0 if it talks to none. */
  readonly channelVersion: number;
  /** Whether it takes no newcomers now. */
  readonly full: boolean;
  /** The id of the store of files that it reads and writes; null if it takes none. */
  readonly filesAt: string | null;
  /** Whether it only stands by for the server of its machine: nobody is sent there. */
  readonly standsBy: boolean;
}

/** The living nodes and the rooms that each has claimed. */
export interface NodeRegistry {
  /** Makes this node known and keeps it known until `stop`. */
  start(self: () => NodeInfo): Promise<void>;
  stop(): Promise<void>;
  nodes(): Promise<readonly NodeInfo[]>;
  /**
   * A node claims a room before it opens it: the node that finds it dead looks after its rooms. Several nodes may claim
   * one.
   */
  claimRoom(roomId: RoomId): Promise<void>;
  releaseRoom(roomId: RoomId): Promise<void>;
  /** Says whether clients of the room are at this node: other nodes then send theirs here. Said again at each beat. */
  noteClients(roomId: RoomId, present: boolean): void;
  /** Returns those of `among` that have clients of the room. @throws Unavailable */
  nodesWithClients(roomId: RoomId, among: readonly NodeId[]): Promise<ReadonlySet<NodeId>>;
}

/** Guesses at the passwords of rooms, counted on all nodes together. */
export interface PasswordGuesses {
  /**
   * Pays for one guess, before it is tried. Returns 0, or for how long the room takes no more of them (ms): after ten
   * wrong ones it takes fewer and fewer, down to one a minute.
   * @throws Unavailable
   */
  pay(roomId: RoomId): Promise<number>;
  /** The guess was right: it does not count. @throws Unavailable */
  refund(roomId: RoomId): Promise<void>;
}

/** The rooms that people made without the API key, counted on all nodes together. An owner is a hash of an address. */
export interface RoomsByOwner {
  /**
   * Counts a room that the owner is about to make, unless it has `most` of them that still exist. Returns whether it
   * did.
   * @throws Unavailable
   */
  take(owner: string, roomId: RoomId, most: number): Promise<boolean>;
  /** The room was not made after all. @throws Unavailable */
  giveBack(owner: string, roomId: RoomId): Promise<void>;
}

export interface RoomSummary {
  readonly roomId: RoomId;
  readonly lastActivityAt: number;
}

/**
 * The index of rooms: last activity and next deadline of each. It is a hint: the journal is the truth.
 * @throws Unavailable when a call may have had no effect.
 */
export interface RoomIndex {
  /** `deadline`: when somebody must look at the room next (ms since the epoch); null for never. */
  touch(roomId: RoomId, at: number, deadline: number | null): Promise<void>;
  /** Takes a room off the list; `deadline` as for `touch`. */
  remove(roomId: RoomId, deadline: number | null): Promise<void>;
  list(limit: number): Promise<readonly RoomSummary[]>;
}

/** Finds rooms whose node died or whose deadline has passed. */
export interface DeadlineSweeper {
  /**
   * From now on calls `onDeadNode` for each room that a dead node had claimed, and for each room in `nodesOfOpenRooms`
   * with a node that nobody knows any more; and `onDeadline` for each room whose deadline has passed: once or more, on
   * one or several nodes, so repeating must be harmless. Makes a failed call again later. `upSince`: since when the
   * service has been there without a break (ms since the epoch).
   */
  start(work: {
    onDeadNode(roomId: RoomId, nodeId: NodeId): Promise<void>;
    onDeadline(roomId: RoomId, upSince: number): Promise<void>;
    /** The rooms that are open here, each with the other nodes that its record names. */
    nodesOfOpenRooms(): Iterable<readonly [RoomId, ReadonlySet<NodeId>]>;
  }): void;
  stop(): Promise<void>;
}

/** The time that all nodes share, whatever their machines' clocks say. */
export interface ServiceTime {
  /** ms since the epoch. */
  now(): number;
  /** By how many ms the clock of this machine is ahead of that time. */
  readonly clockErrorMs: number;
  /** Whether that is little enough to serve. */
  readonly clockIsRight: boolean;
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
