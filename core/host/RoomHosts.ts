import type { RoomFiles } from '../files/RoomFiles.ts';
import type { MediaPlane } from '../media/MediaPlane.ts';
import {
  type Clock,
  type DeadlineSweeper,
  type Journal,
  JournalAhead,
  type Logger,
  type NodeRegistry,
  type RoomIndex,
  Unavailable,
} from '../ports.ts';
import { breakoutsEndAt } from '../room/breakoutDuties.ts';
import { isEmpty, nextExpiry } from '../room/queries.ts';
import type { NodeId, RoomId } from '../room/state.ts';
import { BreakoutRounds } from './BreakoutRounds.ts';
import { deadlineOf, type Lifetimes, withoutContent } from './lifetimes.ts';
import type { Replica } from './Replica.ts';
import type { RoomAudiences } from './RoomAudience.ts';
import { RoomHost } from './RoomHost.ts';
import { RoomParked } from './RoomParked.ts';
import { RoomReadOnly } from './RoomReadOnly.ts';

export interface RoomHostsDeps {
  readonly nodeId: NodeId;
  readonly journal: Journal;
  readonly registry: Pick<NodeRegistry, 'nodes' | 'claimRoom' | 'releaseRoom'>;
  readonly roomIndex: RoomIndex;
  readonly deadlineSweeper: DeadlineSweeper;
  readonly media: MediaPlane;
  readonly audiences: RoomAudiences;
  /** Left out where people share no files. */
  readonly files?: RoomFiles;
  /** Gives the time that all nodes share. */
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  /** From 0 up to 1; `Math.random` by default. */
  readonly random?: () => number;
  readonly restore: (roomId: RoomId) => Promise<Replica>;
  /** How long a command may wait for the journal before it is refused as Unavailable. */
  readonly commandTimeoutMs: number;
  readonly lifetimes: Lifetimes;
  /** How many bytes a room may hold, without its people. */
  readonly roomBytes: number;
  /** How long a room that nobody uses here stays in memory. */
  readonly idleMs: number;
  /** Monotonic ms; `performance.now` if not given. */
  readonly elapsed?: () => number;
}

interface OpenRoom {
  readonly host: RoomHost;
  readonly unfollow: () => void;
}

interface Failure {
  /** Where the room stood; -1 if it could not be rebuilt at all. */
  readonly version: number;
  readonly times: number;
  readonly at: number;
}

/** How often idle rooms are closed and the room index is brought up to date. */
const SWEEP_MS = 1_000;
/** A room that failed twice at the same commit is not opened again for this long. */
const PARKED_MS = 60_000;

/** The rooms that are open on this node. */
export class RoomHosts {
  readonly #deps: RoomHostsDeps;
  readonly #opening = new Map<RoomId, Promise<RoomHost>>();
  readonly #open = new Map<RoomId, OpenRoom>();
  readonly #closing = new Map<RoomId, Promise<void>>();
  readonly #failures = new Map<RoomId, Failure>();
  /** Rooms whose activity or deadline is not in the index yet. */
  readonly #unindexed = new Set<RoomId>();
  /** Rooms whose people were asked to move on to a node that reads more of the journal. */
  readonly #movedOn = new WeakSet<RoomHost>();
  readonly #breakouts: BreakoutRounds;
  #cancelSweep: (() => void) | null = null;
  #closed = false;

  constructor(deps: RoomHostsDeps) {
    this.#deps = deps;
    this.#breakouts = new BreakoutRounds({ ...deps, open: (roomId) => this.open(roomId) });
  }

  /** Begins to look after rooms: those that are open here, and those whose node died. */
  start(): void {
    const { deadlineSweeper, nodeId } = this.#deps;
    const actor = { kind: 'node', nodeId } as const;
    deadlineSweeper.start({
      onDeadNode: async (roomId, deadNodeId) => {
        const room = await this.open(roomId);
        await room.handle({ type: 'DisconnectNode', nodeId: deadNodeId, actor, ...this.#envelope() });
        await this.#updateIndex(room);
      },
      onDeadline: async (roomId, upSince) => {
        const room = await this.open(roomId);
        await room.handle({ type: 'EndDueBreakouts', actor, ...this.#envelope() });
        // While the service was away nobody could come back: the time to do so begins when it is there again.
        const expiresFrom = upSince + room.state.settings.graceMs;
        if (this.#deps.clock.now() < expiresFrom) {
          await this.#updateIndex(room, expiresFrom);
          return;
        }
        await room.handle({ type: 'ExpireParticipants', actor, ...this.#envelope() });
        const { emptyMs } = this.#deps.lifetimes;
        if (emptyMs > 0 && isEmpty(room.state) && this.#deps.clock.now() >= room.changedAt + emptyMs) {
          await room.handle({ type: 'CloseEmptyRoom', actor, ...this.#envelope() });
        }
        if (!(await this.#forgetClosed(room))) await this.#updateIndex(room);
      },
      nodesOfOpenRooms: () => this.#nodesOfOpenRooms(),
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
   * Returns the room on this node, rebuilt from its journal if necessary. A room that was never created opens too, as
   * absent.
   * @throws Unavailable when the journal does not answer
   * @throws RoomReadOnly when this version can read nothing of the room
   * @throws RoomParked when the room cannot be rebuilt
   */
  open(roomId: RoomId): Promise<RoomHost> {
    const open = this.#open.get(roomId);
    if (open) return Promise.resolve(open.host);
    let opening = this.#opening.get(roomId);
    if (!opening) {
      // Two lives of a room here never overlap: the end of the first would give up the claim of the second.
      const closing = this.#closing.get(roomId);
      const rebuilding = closing ? closing.then(() => this.#rebuild(roomId)) : this.#rebuild(roomId);
      opening = rebuilding.finally(() => this.#opening.delete(roomId));
      this.#opening.set(roomId, opening);
    }
    return opening;
  }

  /**
   * Returns whether the room was ever created. Opens nothing.
   * @throws Unavailable when the journal does not answer
   */
  async exists(roomId: RoomId): Promise<boolean> {
    const open = this.#open.get(roomId);
    if (open && open.host.state.status !== 'absent') return true;
    return (await this.#deps.journal.position(roomId)).version > 0;
  }

  /** Closes every room here. Participants stay in the record: they resume on another node, or expire. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelSweep?.();
    await this.#deps.deadlineSweeper.stop();
    await this.#breakouts.stop();
    await Promise.allSettled(this.#opening.values());
    await Promise.all([...this.#open.keys(), ...this.#closing.keys()].map((roomId) => this.#closeRoom(roomId)));
  }

  async #rebuild(roomId: RoomId): Promise<RoomHost> {
    if (this.#closed) throw new Unavailable('node', 'This node is shutting down; ask another one.');
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
    const [followed, claimed] = await Promise.allSettled([following, registry.claimRoom(roomId)]);
    if (followed.status === 'rejected') throw followed.reason;
    const unfollow = followed.value;
    try {
      if (claimed.status === 'rejected') throw claimed.reason;
      const replica = await restore(roomId);
      host = new RoomHost(roomId, replica, {
        ...this.#deps,
        audience: this.#deps.audiences.forRoom(roomId),
        onAccepted: (room) => this.#accepted(room),
        onFailed: (room, error) => this.#fail(room, error),
      });
      if (this.#closed) throw new Unavailable('node', 'This node is shutting down; ask another one.');
      this.#open.set(roomId, { host, unfollow });
      if (this.#failures.get(roomId)?.version === -1) this.#failures.delete(roomId);
      if (early.length > 0) host.push(early);
      if (replica.position.version > 0) {
        logger.info({ roomId, commits: replica.position.version, ms: clock.now() - startedAt }, 'room opened');
      }
      return host;
    } catch (error) {
      unfollow();
      if (error instanceof JournalAhead) {
        this.#noteAhead(roomId, error);
        throw new RoomReadOnly(roomId, error);
      }
      if (!(error instanceof Unavailable)) this.#noteFailure(roomId, -1, error);
      throw error;
    }
  }

  /** Nothing is broken that a pause would mend: whoever asks hears what to do. People ask again and again. */
  #noteAhead(roomId: RoomId, error: JournalAhead): void {
    if (this.#failures.get(roomId)?.times === 0) return;
    this.#failures.set(roomId, { version: -1, times: 0, at: this.#deps.clock.now() });
    this.#deps.logger.error({ err: error, roomId }, 'a newer version wrote this room: update this node');
  }

  #refuseParked(roomId: RoomId): void {
    const failure = this.#failures.get(roomId);
    if (!failure || failure.times < 2) return;
    const parkedForMs = failure.at + PARKED_MS - this.#deps.clock.now();
    if (parkedForMs > 0) throw new RoomParked(roomId, parkedForMs);
    this.#failures.delete(roomId);
  }

  #accepted(host: RoomHost): void {
    this.#unindexed.add(host.roomId);
    // What failed once is past.
    const failure = this.#failures.get(host.roomId);
    if (failure && failure.version < host.version) this.#failures.delete(host.roomId);
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

  /** Resolves when the room is closed here; a failure is logged. */
  #closeRoom(roomId: RoomId): Promise<void> {
    const open = this.#open.get(roomId);
    if (!open) return this.#closing.get(roomId) ?? Promise.resolve();
    this.#open.delete(roomId);
    const closing = this.#end(open)
      .catch((error: unknown) => this.#deps.logger.error({ err: error, roomId }, 'a room was not closed in order'))
      .finally(() => this.#closing.delete(roomId));
    this.#closing.set(roomId, closing);
    return closing;
  }

  async #end({ host, unfollow }: OpenRoom): Promise<void> {
    unfollow();
    this.#deps.files?.closed(host.roomId);
    await host.close();
    // While the record has somebody connected here the claim stays: another node will find this one gone and look after
    // them.
    if (!this.#isRecordedHere(host)) await this.#deps.registry.releaseRoom(host.roomId);
  }

  /** The rooms that are open here, and have people on one of these nodes by the record. */
  sharedWith(nodes: ReadonlySet<NodeId>): RoomId[] {
    return [...this.#nodesOfOpenRooms()]
      .filter(([, named]) => [...named].some((nodeId) => nodes.has(nodeId)))
      .map(([roomId]) => roomId);
  }

  *#nodesOfOpenRooms(): Iterable<readonly [RoomId, ReadonlySet<NodeId>]> {
    for (const { host } of this.#open.values()) {
      const { participants, lobby } = host.state;
      const nodes = new Set<NodeId>();
      for (const { connected, nodeId } of participants.values()) if (connected) nodes.add(nodeId);
      for (const { nodeId } of lobby.values()) nodes.add(nodeId);
      nodes.delete(this.#deps.nodeId);
      if (nodes.size > 0) yield [host.roomId, nodes];
    }
  }

  /** Returns whether the record says that somebody is connected here. */
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
    this.#breakouts.begin(this.list());
    try {
      for (const roomId of [...this.#unindexed]) {
        const host = this.get(roomId);
        if (host) await this.#updateIndex(host);
        else this.#unindexed.delete(roomId);
      }
      await this.#moveOn();
      for (const host of this.list()) {
        this.#deps.files?.tidy(host.roomId, host.state);
        if (host.eraseAt !== null && clock.now() >= host.eraseAt) await host.erase();
        const { idleSince, roomId, state } = host;
        // A room from which somebody will expire soon stays open until then.
        if (idleSince === null || clock.now() - idleSince < idleMs || nextExpiry(state) !== null) continue;
        if (!this.#unindexed.has(roomId)) await this.#closeRoom(roomId);
      }
    } catch (error) {
      // The index is only a hint, and its rooms stay in `#unindexed`: the next sweep writes them.
      logger.debug({ err: error }, 'room index not updated');
    }
  }

  /** Lets people in rooms that are read-only here go to another node, once there is one that can do more. */
  async #moveOn(): Promise<void> {
    const { audiences, logger, nodeId, registry } = this.#deps;
    const stuck = this.list().filter((host) => host.isReadOnly && !this.#movedOn.has(host));
    if (stuck.length === 0) return;
    const nodes = await registry.nodes();
    const own = nodes.find((node) => node.nodeId === nodeId)?.journalFormat ?? 0;
    if (!nodes.some((node) => !node.draining && node.journalFormat > own)) return;
    for (const host of stuck) {
      this.#movedOn.add(host);
      logger.info({ roomId: host.roomId }, 'people of a room that is read-only here go to a newer node');
      audiences.forRoom(host.roomId).rebuilt();
    }
  }

  /** `notBefore`: the next look at the room is not before this (ms since the epoch). */
  async #updateIndex(host: RoomHost, notBefore = 0): Promise<void> {
    const { clock, lifetimes, roomIndex } = this.#deps;
    this.#unindexed.delete(host.roomId);
    const next = deadlineOf(host.state, host.changedAt, lifetimes);
    // If this node dies before it has erased what people deleted, another one does.
    const erases = earlier(next && Math.max(next, notBefore), host.eraseAt);
    const deadline = earlier(erases, breakoutsEndAt(host.state));
    try {
      if (host.state.status === 'open') await roomIndex.touch(host.roomId, clock.now(), deadline);
      else await roomIndex.remove(host.roomId, deadline);
    } catch (error) {
      this.#unindexed.add(host.roomId);
      throw error;
    }
  }

  /**
   * Deletes a room that was closed for its time; returns whether it was.
   * @throws Unavailable when it was created again meanwhile: it has another deadline now
   */
  async #forgetClosed(host: RoomHost): Promise<boolean> {
    const { clock, journal, lifetimes, logger } = this.#deps;
    const { changedAt, commitId, roomId, state, version } = host;
    if (state.status !== 'closed' || clock.now() < changedAt + lifetimes.retentionMs) return false;
    await this.#closeRoom(roomId);
    // Before the record: it alone says where they are.
    await this.#deps.files?.removeRoom(roomId, state.createdAt);
    if (!(await journal.forgetRoom(roomId, { position: { version, commitId }, state: withoutContent(state) }))) {
      throw new Unavailable('room', `Room ${roomId} changed while it was deleted; look again.`);
    }
    logger.info({ roomId }, 'a closed room was deleted');
    return true;
  }

  #envelope(): { commandId: string; now: number } {
    return { commandId: this.#deps.newId(), now: this.#deps.clock.now() };
  }
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
