import type { RoomMedia } from '../media/RoomMedia.ts';
import { JournalAhead, JournalFull, type Logger, RoomFull, Unavailable } from '../ports.ts';
import type { RoomCommand } from '../room/commands.ts';
import type { Commit } from '../room/commit.ts';
import type { ParticipantId, RoomId, RoomState } from '../room/state.ts';
import { type Decided, type Decision, decideAll, logBugs } from './decideAll.ts';
import { limitAfter, mostBytes, takenWhenFull } from './fullJournal.ts';
import { JournalFollower } from './JournalFollower.ts';
import { inPresentSession, OwnCommands } from './lostCommands.ts';
import { type Handled, inTime, type Pending } from './Pending.ts';
import type { Replica } from './Replica.ts';
import type { RoomHostDeps } from './RoomHostDeps.ts';
import { RoomReadOnly } from './RoomReadOnly.ts';
import { recordDisconnect } from './recordDisconnect.ts';
import { SnapshotKeeper } from './SnapshotKeeper.ts';
import { othersTurn, timeSlice } from './timeSlice.ts';

/** Commands that share one append. */
const BATCH_COMMANDS = 64;
const QUEUE_COMMANDS = 4_096;
/** Pause before asking a journal again that did not answer. */
const JOURNAL_RETRY_MS = 50;
/** Nodes that write to the same room at once pause for a random time, longer after each append that came too late. */
const LOSER_PAUSE_MS = 5;

/**
 * One room alive on this node. Commands and pushed commits pass through one mailbox, one at a time: decide on the
 * replica, append after the commit last seen, evolve, tell. Nobody is told and no media moves before the journal has
 * it.
 */
export class RoomHost {
  readonly roomId: RoomId;
  /** They keep the room open here, besides sessions. */
  readonly holders = new Set<object>();
  readonly #deps: RoomHostDeps<RoomHost>;
  readonly #logger: Logger;
  readonly #follower: JournalFollower;
  readonly #elapsed: () => number;
  #media: RoomMedia | null = null;

  #queue: Pending[] = [];
  /** Why the newest attempt failed; null after one that succeeded. */
  #trouble: Unavailable | null = null;
  #running = false;
  #closed = false;

  readonly #ownCommands = new OwnCommands();
  /** Lost commands, to be decided before all others. */
  #repeats: Pending[] = [];
  /** The highest session that the room gave in a history that the journal lost [J5]. */
  #lostSession = 0;
  readonly #snapshots: SnapshotKeeper;
  readonly #sessions = new Map<ParticipantId, number>();
  #idleSince: number;
  #isReadOnly = false;

  constructor(roomId: RoomId, replica: Replica, deps: RoomHostDeps<RoomHost>) {
    this.roomId = roomId;
    this.#deps = deps;
    this.#logger = deps.logger.child({ roomId });
    this.#elapsed = deps.elapsed ?? (() => performance.now());
    this.#follower = new JournalFollower(roomId, replica, {
      ...deps,
      logger: this.#logger,
      accept: (commits) => this.#accept(commits),
      putBack: () => this.#snapshots.putBack(this.#replica),
      startedOver: (lost, { state }) => this.#startedOver(lost, state),
    });
    this.#snapshots = new SnapshotKeeper(roomId, deps.journal, this.#logger, replica);
    this.#idleSince = deps.clock.now();
  }

  get state(): RoomState {
    return this.#replica.state;
  }

  get #replica(): Replica {
    return this.#follower.replica;
  }

  get version(): number {
    return this.#replica.position.version;
  }

  /** The id of the commit at `version`. */
  get commitId(): string {
    return this.#replica.position.commitId;
  }

  /** Whether a newer version wrote what follows in the journal: people and media stay, commands are refused. */
  get isReadOnly(): boolean {
    return this.#isReadOnly;
  }

  /** The time of the newest commit (ms since the epoch); 0 if nothing was ever written. */
  get changedAt(): number {
    return this.#replica.recent.at(-1)?.at ?? 0;
  }

  /** Number of sessions of the room that are connected to this node. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** When (ms since the epoch) the last session or command ended here; null while the room is in use. */
  get idleSince(): number | null {
    return this.#sessions.size + this.holders.size === 0 && !this.#isAsked && !this.#running ? this.#idleSince : null;
  }

  /** Opens at its first use: a room that a node only looks after needs no media. */
  get media(): RoomMedia {
    if (!this.#media) {
      this.#media = this.#deps.media.openRoom(this.roomId, this.#deps.audience);
      this.#media.update(this.state);
    }
    return this.#media;
  }

  /**
   * @throws Refusal when the room refuses the command
   * @throws Unavailable when the journal does not answer: the outcome may be unknown, and asking again with the same
   * command id is safe
   */
  handle(command: RoomCommand): Promise<Handled> {
    if (this.#closed) return Promise.reject(this.#closedError());
    if (this.#queue.length >= QUEUE_COMMANDS) {
      return Promise.reject(new Unavailable('room', `Room ${this.roomId} has too many commands waiting; ask again.`));
    }
    const deadline = this.#deps.clock.now() + this.#deps.commandTimeoutMs;
    return new Promise((resolve, reject) => {
      this.#queue.push({ command, deadline, resolve, reject, repeated: false });
      this.#wake();
    });
  }

  /** This session is connected to this node. */
  connect(participantId: ParticipantId, session: number): void {
    this.#sessions.set(participantId, session);
  }

  /** The connection of this session is lost: closes its media now, and records it as soon as the journal answers. */
  disconnected(participantId: ParticipantId, session: number): void {
    this.#media?.closeParticipant(participantId, session);
    if (this.#sessions.get(participantId) === session) {
      this.#sessions.delete(participantId);
      this.#idleSince = this.#deps.clock.now();
    }
    const target = {
      ...this.#deps,
      logger: this.#logger,
      handle: (command: RoomCommand) => this.handle(command),
      isClosed: () => this.#closed,
      pause: () => this.#pause(JOURNAL_RETRY_MS),
    };
    void recordDisconnect(target, participantId, session);
  }

  /** See `Replica.missedSince`. */
  missedSince(version: number, commitId: string | undefined): readonly Commit[] | null {
    return this.#replica.missedSince(version, commitId);
  }

  /** When (ms since the epoch) `erase` is due; null if the journal holds nothing that people deleted. */
  get eraseAt(): number | null {
    return this.#snapshots.eraseAt;
  }

  /** Trims the journal of what people deleted. A failure is logged, and `eraseAt` stays. */
  async erase(): Promise<void> {
    await this.#snapshots.erase(this.#replica);
  }

  /** Commits that came by the journal's push channel. */
  push(commits: readonly Commit[]): void {
    this.#follower.push(commits);
    this.#wake();
  }

  /** The push channel was interrupted: some commits may have been missed. */
  checkForMissed(): void {
    this.#follower.checkForMissed();
    this.#wake();
  }

  /** Closes the room on this node; the room itself lives on in its journal. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const pending of [...this.#repeats.splice(0), ...this.#queue.splice(0)]) {
      pending.reject(this.#closedError());
    }
    await this.#media?.close();
    await this.#snapshots.close(this.#replica);
  }

  #closedError(): Unavailable {
    return new Unavailable('room', `Room ${this.roomId} was just closed here; ask again.`);
  }

  #wake(): void {
    if (this.#running || this.#closed) return;
    this.#running = true;
    // In the next microtask, so that commands that arrive together share an append.
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    try {
      while (!this.#closed && (this.#isAsked || this.#follower.hasNews)) {
        await this.#takeInNews();
        await this.#commit(this.#queue.splice(0, BATCH_COMMANDS));
      }
    } catch (error) {
      if (!this.#closed) this.#deps.onFailed(this, error);
    } finally {
      this.#running = false;
      this.#idleSince = this.#deps.clock.now();
    }
  }

  get #isAsked(): boolean {
    return this.#queue.length > 0 || this.#repeats.length > 0;
  }

  /** The only place where commands become facts. */
  async #commit(batch: Pending[]): Promise<void> {
    let waiting = batch;
    let losses = 0;
    let isUnknown = false;
    const { roomBytes } = this.#deps;
    let full: JournalFull | null = null;
    for (;;) {
      waiting = [...this.#repeats.splice(0), ...this.#inTime(waiting)];
      this.#queue = this.#inTime(this.#queue);
      if (waiting.length === 0 || this.#closed) break;
      const { commits, decisions } = this.#decideAll(waiting);
      // Commands for which there was no time share the next append.
      this.#queue.unshift(...waiting.slice(decisions.length));
      waiting = waiting.slice(0, decisions.length);
      const after = this.#replica.position;
      try {
        // Without commits the answer is a refusal or "nothing to do": it must not come from a replica that lags.
        const outcome =
          commits.length > 0
            ? await this.#deps.journal.append(this.roomId, commits, after, limitAfter(full, this.state, roomBytes))
            : await this.#follower.compare();
        if (outcome.type === 'appended') {
          this.#trouble = null;
          await this.#accept(commits);
          if (commits.some(({ version }) => version > this.version)) break; // Closed meanwhile.
          this.#answer(waiting, decisions);
          return;
        }
        await this.#follower.mend(outcome);
        // One loss is the ordinary case between two nodes; who loses again gives way.
        if (losses > 0) await this.#pause(this.#random() * Math.min(losses * LOSER_PAUSE_MS, JOURNAL_RETRY_MS));
        losses += 1;
      } catch (error) {
        if (error instanceof JournalAhead) {
          this.#foundAhead(error);
          this.#follower.checkForMissed();
          for (const pending of waiting) pending.reject(new RoomReadOnly(this.roomId, error));
          return;
        }
        if (error instanceof JournalFull) {
          if (await this.#snapshots.makeRoom(this.#replica, error, mostBytes(this.state, roomBytes))) continue;
          waiting = takenWhenFull(waiting, error);
          // Not even what ends something fits: Redis itself must find room first.
          if (full && !(full instanceof RoomFull)) await this.#pause(JOURNAL_RETRY_MS);
          full = error;
          continue;
        }
        if (!(error instanceof Unavailable)) {
          for (const pending of waiting) pending.reject(error);
          throw error;
        }
        // Whether these commits are in the journal is unknown. Appending again at the same position answers it: either
        // they get in now, or "behind" shows them (or another node's), and deciding again finds their command ids.
        isUnknown = true;
        this.#trouble = error;
        await this.#pause(JOURNAL_RETRY_MS);
      }
    }
    if (isUnknown) this.#follower.checkForMissed();
    for (const pending of waiting) pending.reject(this.#closedError());
  }

  #decideAll(batch: readonly Pending[]): Decided {
    const { position, state: recorded } = this.#replica;
    const lastSession = Math.max(recorded.lastSession, this.#lostSession);
    const state = { ...recorded, lastSession };
    const commands = batch.map(({ command, repeated }) => (repeated ? inPresentSession(command, state) : command));
    const decided = decideAll(commands, { state, position }, this.#deps.newId, timeSlice(this.#elapsed));
    this.#ownCommands.take(commands);
    logBugs(decided, commands, this.#logger);
    return decided;
  }

  #answer(batch: readonly Pending[], decisions: readonly Decision[]): void {
    const { state, version } = this;
    batch.forEach((pending, index) => {
      const decision = decisions[index];
      if (decision && 'events' in decision) pending.resolve({ events: decision.events, state, version });
      else pending.reject(decision?.error);
    });
  }

  #inTime(batch: readonly Pending[]): Pending[] {
    const busy = () => this.#trouble ?? new Unavailable('room', `Room ${this.roomId} is too busy; ask again.`);
    return inTime(batch, this.#deps.clock.now(), busy);
  }

  /**
   * Applies commits that are in the journal, tells the audience of each, and updates media; slice by slice, so that a
   * large room does not keep the others waiting. Stops early when the room is closed meanwhile.
   */
  async #accept(commits: readonly Commit[]): Promise<void> {
    for (let next = 0; next < commits.length; ) {
      if (next > 0) await othersTurn();
      if (next > 0 && this.#closed) return;
      next = this.#acceptSlice(commits, next);
    }
  }

  /** Returns the index of the first commit that is left for the next slice. */
  #acceptSlice(commits: readonly Commit[], first: number): number {
    const isOver = timeSlice(this.#elapsed);
    let next = first;
    do {
      const commit = commits[next] as Commit;
      const before = this.state;
      this.#replica.apply(commit);
      this.#ownCommands.accepted(commit);
      this.#deps.audience.committed(commit, before, this.state);
      this.#deps.files?.committed(this.roomId, commit, before, this.state);
      next += 1;
    } while (next < commits.length && !isOver());
    this.#closeSuperseded();
    this.#media?.update(this.state);
    this.#deps.onAccepted(this);
    this.#snapshots.accepted(this.#replica, commits.slice(first, next));
    return next;
  }

  /** Closes sessions that the record has replaced or ended [J5], unless their client moves from a node that drains. */
  #closeSuperseded(): void {
    for (const [participantId, session] of this.#sessions) {
      const recorded = this.state.participants.get(participantId);
      if (recorded?.session === session && recorded.nodeId === this.#deps.nodeId) continue;
      this.#sessions.delete(participantId);
      if (recorded && this.#deps.audience.serves(participantId, session)) this.#media?.keep(participantId, session);
      else this.#media?.closeParticipant(participantId, session);
    }
  }

  async #takeInNews(): Promise<void> {
    if (!this.#follower.hasNews) return;
    try {
      await this.#follower.takeIn();
    } catch (error) {
      if (error instanceof JournalAhead) {
        this.#foundAhead(error);
        return;
      }
      if (!(error instanceof Unavailable)) throw error;
      this.#trouble = error;
      await this.#pause(JOURNAL_RETRY_MS);
    }
  }

  #foundAhead(error: JournalAhead): void {
    if (this.#isReadOnly) return;
    this.#isReadOnly = true;
    this.#logger.error({ err: error, version: this.version }, 'a newer version changed this room: update this node');
  }

  /** The room was read again from a journal that had lost commits: this node's own lost commands are decided again. */
  #startedOver(lost: readonly Commit[], before: RoomState): void {
    this.#lostSession = Math.max(this.#lostSession, before.lastSession);
    this.#snapshots.startOver(this.#replica);
    for (const command of this.#ownCommands.toRepeat(lost, this.state, this.#deps.nodeId)) {
      const reject = (error: unknown): void => {
        this.#logger.warn({ err: error, command: command.type }, 'a lost command could not be repeated');
      };
      // It was acknowledged: it waits for the journal as long as it takes.
      this.#repeats.push({ command, deadline: Number.POSITIVE_INFINITY, resolve: () => {}, reject, repeated: true });
    }
    this.#closeSuperseded();
    this.#media?.update(this.state);
    this.#deps.audience.rebuilt();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#deps.clock.setTimer(ms, resolve));
  }

  #random(): number {
    return (this.#deps.random ?? Math.random)();
  }
}
