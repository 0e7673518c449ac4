import type { MediaPlane } from '../media/MediaPlane.ts';
import type { RoomMedia } from '../media/RoomMedia.ts';
import { type Clock, type Journal, type Logger, Unavailable } from '../ports.ts';
import type { RoomCommand } from '../room/commands.ts';
import type { Commit } from '../room/commit.ts';
import type { RoomEvent } from '../room/events.ts';
import { Refusal } from '../room/refusal.ts';
import type { NodeId, ParticipantId, RoomId, RoomState } from '../room/state.ts';
import { type Decided, type Decision, decideAll } from './decideAll.ts';
import { JournalFollower } from './JournalFollower.ts';
import type { Replica } from './Replica.ts';
import type { RoomAudience } from './RoomAudience.ts';

/** What a command came to. `state` and `version` are the replica's once the command was in the journal. */
export interface Handled {
  readonly events: readonly RoomEvent[];
  readonly state: RoomState;
  readonly version: number;
}

export interface RoomHostDeps {
  readonly nodeId: NodeId;
  readonly journal: Journal;
  readonly media: MediaPlane;
  readonly audience: RoomAudience;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  /** The room as the journal has it now. Throws Unavailable. */
  readonly restore: (roomId: RoomId) => Promise<Replica>;
  /** How long a command may wait for the journal before it is refused by name. */
  readonly commandTimeoutMs: number;
  /** A commit was accepted: whoever keeps the room index hears of it. */
  readonly onAccepted: (host: RoomHost) => void;
  /** The room cannot go on: a commit that this program does not understand, or a broken invariant. */
  readonly onFailed: (host: RoomHost, error: unknown) => void;
}

interface Pending {
  readonly command: RoomCommand;
  readonly deadline: number;
  readonly resolve: (handled: Handled) => void;
  readonly reject: (error: unknown) => void;
}

/** Commands that share one append. */
const BATCH_COMMANDS = 64;
const QUEUE_COMMANDS = 4_096;
const OWN_COMMANDS_KEPT = 1_024;
const SNAPSHOT_EVERY_COMMITS = 300;
/** Pause between two questions to a journal that does not answer. */
const JOURNAL_RETRY_MS = 50;

/**
 * One room alive on this node. Commands and pushed commits pass through one mailbox, one at a time: decide on the replica,
 * append after the commit last seen, evolve, tell. Nobody is told and no media moves before the journal has it.
 */
export class RoomHost {
  readonly roomId: RoomId;
  readonly #deps: RoomHostDeps;
  readonly #logger: Logger;
  readonly #follower: JournalFollower;
  #media: RoomMedia | null = null;

  readonly #queue: Pending[] = [];
  #running = false;
  #closed = false;

  /** Commands of this node's newest commits, by commit id: decided again if the journal turns out to have lost them. */
  readonly #ownCommands = new Map<string, RoomCommand>();
  readonly #sessions = new Map<ParticipantId, number>();
  #snapshotVersion: number;
  #idleSince: number;

  constructor(roomId: RoomId, replica: Replica, deps: RoomHostDeps) {
    this.roomId = roomId;
    this.#deps = deps;
    this.#logger = deps.logger.child({ roomId });
    this.#follower = new JournalFollower(roomId, replica, {
      ...deps,
      logger: this.#logger,
      accept: (commits) => this.#accept(commits),
      startedOver: (lost) => this.#startedOver(lost),
    });
    this.#snapshotVersion = replica.position.version;
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

  /** How many sessions this node holds in the room. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** Since when (ms since the epoch) nobody is connected here and nothing is under way; null while in use. */
  get idleSince(): number | null {
    return this.#sessions.size === 0 && this.#queue.length === 0 && !this.#running ? this.#idleSince : null;
  }

  /** Opened when first asked for: a room that is only looked after needs none. */
  get media(): RoomMedia {
    if (!this.#media) {
      this.#media = this.#deps.media.openRoom(this.roomId, this.#deps.audience);
      this.#media.update(this.state);
    }
    return this.#media;
  }

  /** @throws Refusal, Unavailable (the outcome may be unknown: asking again with the same command id is safe). */
  handle(command: RoomCommand): Promise<Handled> {
    if (this.#closed) return Promise.reject(new Unavailable(`Room ${this.roomId} was just closed here; ask again.`));
    if (this.#queue.length >= QUEUE_COMMANDS) {
      return Promise.reject(new Unavailable(`Room ${this.roomId} has too many commands waiting; ask again.`));
    }
    const deadline = this.#deps.clock.now() + this.#deps.commandTimeoutMs;
    return new Promise((resolve, reject) => {
      this.#queue.push({ command, deadline, resolve, reject });
      this.#wake();
    });
  }

  /** This node now holds the connection of that session. */
  connect(participantId: ParticipantId, session: number): void {
    this.#sessions.set(participantId, session);
  }

  /** The connection of that session is lost: its media closes now, and the record will say so as soon as the journal can. */
  disconnected(participantId: ParticipantId, session: number): void {
    this.#media?.closeParticipant(participantId, session);
    if (this.#sessions.get(participantId) === session) {
      this.#sessions.delete(participantId);
      this.#idleSince = this.#deps.clock.now();
    }
    void this.#recordDisconnect(participantId, session);
  }

  commitsSince(version: number): readonly Commit[] | null {
    return this.#replica.since(version);
  }

  /** Commits that came by the journal's push channel. */
  push(commits: readonly Commit[]): void {
    this.#follower.push(commits);
    this.#wake();
  }

  /** The push channel was interrupted: commits may have been missed. */
  checkForMissed(): void {
    this.#follower.checkForMissed();
    this.#wake();
  }

  /** Ends this node's copy of the room; the room itself goes on in its journal. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const pending of this.#queue.splice(0)) {
      pending.reject(new Unavailable(`Room ${this.roomId} was just closed here; ask again.`));
    }
    await this.#media?.close();
    if (this.version > this.#snapshotVersion) await this.#saveSnapshot();
  }

  #wake(): void {
    if (this.#running || this.#closed) return;
    this.#running = true;
    // In the next microtask, so that commands that arrive together share an append.
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    try {
      while (!this.#closed && (this.#queue.length > 0 || this.#follower.hasNews)) {
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

  /** The only place where commands become facts. */
  async #commit(batch: Pending[]): Promise<void> {
    let waiting = batch;
    while (waiting.length > 0 && !this.#closed) {
      const { commits, decisions } = this.#decideAll(waiting.map(({ command }) => command));
      const after = this.#replica.position;
      try {
        // A refusal, or having nothing to do, is an answer too: it must not come from a replica that lags.
        const outcome =
          commits.length > 0
            ? await this.#deps.journal.append(this.roomId, commits, after)
            : await this.#follower.compare();
        if (outcome.type === 'appended') {
          this.#accept(commits);
          this.#answer(waiting, decisions);
          return;
        }
        await this.#follower.mend(outcome);
      } catch (error) {
        if (!(error instanceof Unavailable)) {
          for (const pending of waiting) pending.reject(error);
          throw error;
        }
        // Whether these commits are in the journal is unknown. Asking again answers it: at the same position either they
        // get in now, or "behind" shows them (or another node's), and deciding again finds the command ids.
        waiting = this.#refuseOverdue(waiting, error);
        if (waiting.length === 0) this.#follower.checkForMissed();
        else await this.#pause();
      }
    }
    for (const pending of waiting) {
      pending.reject(new Unavailable(`Room ${this.roomId} was just closed here; ask again.`));
    }
  }

  #decideAll(commands: readonly RoomCommand[]): Decided {
    const decided = decideAll(commands, this.#replica, this.#deps.newId);
    const byCommandId = new Map(commands.map((command) => [command.commandId, command]));
    for (const { commandId, commitId } of decided.commits) {
      const command = byCommandId.get(commandId);
      if (command) this.#rememberCommand(commitId, command);
    }
    decided.decisions.forEach((decision, index) => {
      if ('events' in decision || decision.error instanceof Refusal) return;
      this.#logger.error(
        { err: decision.error, command: commands[index]?.type },
        'a command could not be decided: a bug',
      );
    });
    return decided;
  }

  #rememberCommand(commitId: string, command: RoomCommand): void {
    this.#ownCommands.set(commitId, command);
    for (const oldest of this.#ownCommands.keys()) {
      if (this.#ownCommands.size <= OWN_COMMANDS_KEPT) break;
      this.#ownCommands.delete(oldest);
    }
  }

  #answer(batch: readonly Pending[], decisions: readonly Decision[]): void {
    const { state, version } = this;
    batch.forEach((pending, index) => {
      const decision = decisions[index];
      if (decision && 'events' in decision) pending.resolve({ events: decision.events, state, version });
      else pending.reject(decision?.error);
    });
  }

  #refuseOverdue(batch: readonly Pending[], error: unknown): Pending[] {
    const now = this.#deps.clock.now();
    return batch.filter((pending) => {
      if (pending.deadline > now) return true;
      pending.reject(error);
      return false;
    });
  }

  /** Applies commits that are in the journal, tells of each, and lets media follow. */
  #accept(commits: readonly Commit[]): void {
    if (commits.length === 0) return;
    for (const commit of commits) {
      const before = this.state;
      this.#replica.apply(commit);
      this.#deps.audience.committed(commit, before, this.state);
    }
    this.#closeSuperseded();
    this.#media?.update(this.state);
    this.#deps.onAccepted(this);
    if (this.version >= this.#snapshotVersion + SNAPSHOT_EVERY_COMMITS) void this.#saveSnapshot();
  }

  /** A session that the record has replaced or ended has nothing more to send or to hear, here or elsewhere [J5]. */
  #closeSuperseded(): void {
    for (const [participantId, session] of this.#sessions) {
      if (this.state.participants.get(participantId)?.session === session) continue;
      this.#sessions.delete(participantId);
      this.#media?.closeParticipant(participantId, session);
    }
  }

  async #takeInNews(): Promise<void> {
    if (!this.#follower.hasNews) return;
    try {
      await this.#follower.takeIn();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      await this.#pause();
    }
  }

  /** The room was read again from a journal that had lost commits: this node's own lost commands are decided again. */
  #startedOver(lost: readonly Commit[]): void {
    this.#snapshotVersion = this.version;
    for (const { commitId } of lost) {
      const command = this.#ownCommands.get(commitId);
      if (!command) continue;
      this.handle(command).catch((error: unknown) => {
        this.#logger.warn({ err: error, command: command.type }, 'a lost command could not be repeated');
      });
    }
    this.#closeSuperseded();
    this.#media?.update(this.state);
    this.#deps.audience.rebuilt();
  }

  async #recordDisconnect(participantId: ParticipantId, session: number): Promise<void> {
    const { clock, newId, nodeId } = this.#deps;
    const commandId = newId();
    while (!this.#closed) {
      try {
        const actor = { kind: 'node', nodeId } as const;
        await this.handle({
          type: 'DisconnectParticipant',
          commandId,
          actor,
          now: clock.now(),
          participantId,
          session,
        });
        return;
      } catch (error) {
        if (!(error instanceof Unavailable)) {
          this.#logger.error({ err: error, participantId }, 'a disconnect could not be recorded');
          return;
        }
        await this.#pause();
      }
    }
  }

  async #saveSnapshot(): Promise<void> {
    const snapshot = { position: this.#replica.position, state: this.state };
    this.#snapshotVersion = snapshot.position.version;
    try {
      await this.#deps.journal.saveSnapshot(this.roomId, snapshot);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      this.#logger.debug({ err: error }, 'snapshot not saved; the journal holds everything, a later one will do');
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#deps.clock.setTimer(JOURNAL_RETRY_MS, resolve));
  }
}
