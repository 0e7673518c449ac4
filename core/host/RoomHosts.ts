import type { MediaPlane } from '../media/MediaPlane.ts';
import {
  type Clock,
  type DeadlineSweeper,
  type Journal,
  type Logger,
  type NodeRegistry,
  type RoomIndex,
  Unavailable,
} from '../ports.ts';
import { nextDeadline } from '../room/queries.ts';
import type { NodeId, RoomId } from '../room/state.ts';
import type { Replica } from './Replica.ts';
import type { RoomAudiences } from './RoomAudience.ts';
import { RoomHost } from './RoomHost.ts';

export interface RoomHostsDeps {
  readonly nodeId: NodeId;
  readonly journal: Journal;
  readonly registry: NodeRegistry;
  readonly roomIndex: RoomIndex;
  readonly deadlineSweeper: DeadlineSweeper;
  readonly media: MediaPlane;
  readonly audiences: RoomAudiences;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  readonly restore: (roomId: RoomId) => Promise<Replica>;
  /** How long a command may wait for the journal before it is refused by name. */
  readonly commandTimeoutMs: number;
  /** How long a room that nobody uses here stays in memory. */
  readonly idleMs: number;
}

/** A room that cannot be rebuilt: its journal is kept for whoever mends it. */
export class RoomParked extends Error {
  constructor(roomId: RoomId, version: number, cause: unknown) {
    super(
      `Room ${roomId} cannot be rebuilt after version ${version}; its journal is kept. Look at the log of this node for the cause.`,
      { cause },
    );
    this.name = 'RoomParked';
  }
}

interface OpenRoom {
  readonly host: RoomHost;
  readonly unfollow: () => void;
}

interface Failure {
  readonly version: number;
  readonly times: number;
  readonly at: number;
}

/** How often open rooms are looked over: for idleness, and for what the index does not know yet. */
const SWEEP_MS = 1_000;
/** A room that failed twice at the same commit rests this long before it is tried again. */
const PARKED_MS = 60_000;

/** The rooms that are open on this node. */
export class RoomHosts {
  readonly #deps: RoomHostsDeps;
  readonly #opening = new Map<RoomId, Promise<RoomHost>>();
  readonly #open = new Map<RoomId, OpenRoom>();
  readonly #failures = new Map<RoomId, Failure>();
  /** Rooms whose activity or deadline the index does not have yet. */
  readonly #untold = new Set<RoomId>();
  #cancelSweep: (() => void) | null = null;
  #closed = false;

  constructor(deps: RoomHostsDeps) {
    this.#deps = deps;
  }

  /** Begins to look after rooms: those open here, and those whose node died. */
  start(): void {
    const { deadlineSweeper, nodeId } = this.#deps;
    const actor = { kind: 'node', nodeId } as const;
    deadlineSweeper.start({
      onDeadNode: async (roomId, deadNodeId) => {
        const room = await this.open(roomId);
        await room.handle({ type: 'DisconnectNode', nodeId: deadNodeId, actor, ...this.#envelope() });
        await this.#tellIndex(room);
      },
      onDeadline: async (roomId) => {
        const room = await this.open(roomId);
        await room.handle({ type: 'ExpireParticipants', actor, ...this.#envelope() });
        await this.#tellIndex(room);
      },
    });
    this.#scheduleSweep();
  }

  get size(): number {
    return this.#open.size;
  }

  list(): RoomHost[] {
    return [...this.#open.values()].map(({ host }) => host);
  }

  get(roomId: RoomId): RoomHost | undefined {
    return this.#open.get(roomId)?.host;
  }

  /**
   * The room on this node, rebuilt from its journal where needed. A room that was never created opens too, as absent.
   * @throws Unavailable, RoomParked
   */
  open(roomId: RoomId): Promise<RoomHost> {
    const open = this.#open.get(roomId);
    if (open) return Promise.resolve(open.host);
    let opening = this.#opening.get(roomId);
    if (!opening) {
      opening = this.#rebuild(roomId).finally(() => this.#opening.delete(roomId));
      this.#opening.set(roomId, opening);
    }
    return opening;
  }

  /** Closes every room here. Participants stay in the record: they resume elsewhere, or expire. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelSweep?.();
    await this.#deps.deadlineSweeper.stop();
    await Promise.allSettled(this.#opening.values());
    await Promise.allSettled([...this.#open.keys()].map((roomId) => this.#closeRoom(roomId)));
  }

  async #rebuild(roomId: RoomId): Promise<RoomHost> {
    if (this.#closed) throw new Unavailable('This node is shutting down; ask another one.');
    this.#refuseParked(roomId);
    const { clock, journal, logger, registry, restore } = this.#deps;
    const startedAt = clock.now();
    // Follow before reading, so that no commit falls between the two.
    let host: RoomHost | null = null;
    let early: Parameters<RoomHost['push']>[0] = [];
    const following = journal.follow(
      roomId,
      (commits) => {
        if (host) host.push(commits);
        else early = [...early, ...commits];
      },
      () => host?.checkForMissed(),
    );
    const [followed, held] = await Promise.allSettled([following, registry.holdRoom(roomId)]);
    if (followed.status === 'rejected') throw followed.reason;
    const unfollow = followed.value;
    try {
      if (held.status === 'rejected') throw held.reason;
      const replica = await restore(roomId);
      host = new RoomHost(roomId, replica, {
        ...this.#deps,
        audience: this.#deps.audiences.forRoom(roomId),
        onAccepted: (room) => this.#untold.add(room.roomId),
        onFailed: (room, error) => this.#fail(room, error),
      });
      if (this.#closed) throw new Unavailable('This node is shutting down; ask another one.');
      this.#open.set(roomId, { host, unfollow });
      if (early.length > 0) host.push(early);
      if (replica.position.version > 0) {
        logger.info({ roomId, commits: replica.position.version, ms: clock.now() - startedAt }, 'room opened');
      }
      return host;
    } catch (error) {
      unfollow();
      if (!(error instanceof Unavailable)) this.#noteFailure(roomId, -1, error);
      throw error;
    }
  }

  #refuseParked(roomId: RoomId): void {
    const failure = this.#failures.get(roomId);
    if (!failure || failure.times < 2) return;
    if (this.#deps.clock.now() - failure.at < PARKED_MS) throw new RoomParked(roomId, failure.version, undefined);
    this.#failures.delete(roomId);
  }

  #noteFailure(roomId: RoomId, version: number, error: unknown): void {
    const known = this.#failures.get(roomId);
    const times = known?.version === version ? known.times + 1 : 1;
    this.#failures.set(roomId, { version, times, at: this.#deps.clock.now() });
    this.#deps.logger.error({ err: error, roomId, version, times }, 'room failed: it is reopened from its journal');
  }

  #fail(host: RoomHost, error: unknown): void {
    this.#noteFailure(host.roomId, host.version, error);
    void this.#closeRoom(host.roomId).finally(() => this.#deps.audiences.forRoom(host.roomId).rebuilt());
  }

  async #closeRoom(roomId: RoomId): Promise<void> {
    const open = this.#open.get(roomId);
    if (!open) return;
    this.#open.delete(roomId);
    open.unfollow();
    await open.host.close();
    // Held until now, and still when somebody is recorded as connected here: whoever finds this node gone looks after it.
    if (!this.#isRecordedHere(open.host)) await this.#deps.registry.releaseRoom(roomId);
  }

  /** Whether the record says that somebody is connected here. */
  #isRecordedHere(host: RoomHost): boolean {
    return [...host.state.participants.values()].some(
      ({ connected, nodeId }) => connected && nodeId === this.#deps.nodeId,
    );
  }

  #scheduleSweep(): void {
    if (this.#closed) return;
    this.#cancelSweep = this.#deps.clock.setTimer(SWEEP_MS, () => {
      void this.#sweep().finally(() => this.#scheduleSweep());
    });
  }

  async #sweep(): Promise<void> {
    const { clock, idleMs, logger } = this.#deps;
    try {
      for (const roomId of [...this.#untold]) {
        const host = this.get(roomId);
        if (host) await this.#tellIndex(host);
        else this.#untold.delete(roomId);
      }
      for (const host of this.list()) {
        const { idleSince, roomId, state } = host;
        // A room with a deadline stays until it was met.
        if (idleSince === null || clock.now() - idleSince < idleMs || nextDeadline(state) !== null) continue;
        if (!this.#untold.has(roomId)) await this.#closeRoom(roomId);
      }
    } catch (error) {
      // The index is a hint, and its rooms stay in `#untold`: the next sweep tells it.
      logger.debug({ err: error }, 'room index not updated');
    }
  }

  async #tellIndex(host: RoomHost): Promise<void> {
    const { clock, roomIndex } = this.#deps;
    this.#untold.delete(host.roomId);
    try {
      if (host.state.status === 'open') await roomIndex.touch(host.roomId, clock.now(), nextDeadline(host.state));
      else await roomIndex.remove(host.roomId);
    } catch (error) {
      this.#untold.add(host.roomId);
      throw error;
    }
  }

  #envelope(): { commandId: string; now: number } {
    return { commandId: this.#deps.newId(), now: this.#deps.clock.now() };
  }
}
