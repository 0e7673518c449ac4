import { backoffMs } from './backoff.ts';
import type { Drained } from './describeDrain.ts';
import { type ServerFailure, ServerProcess, type ServerProgram } from './ServerProcess.ts';
import type { SilenceLimits } from './Silence.ts';

export interface ServerPairOptions {
  program: ServerProgram;
  env: NodeJS.ProcessEnv;
  /** A process that is silent for longer is killed; one that is at work meanwhile gets several times as long. */
  silence: SilenceLimits;
  /** How long a recovery has the machine to itself before a new standby loads. */
  standbyDelayMs: number;
  log: (line: string) => void;
  /** A server serves at this address: at the start, and after every recovery. */
  onReady: (url: string) => void;
  /** A process started or ended. */
  onChange: () => void;
  /** A server has sent its people to others, or could not. */
  onDrained: (outcome: Drained) => void;
  /** No server has ever become ready, and another attempt would not help. */
  onHopeless: (failure: ServerFailure) => void;
}

export interface HandOverOptions {
  /** A new server that does not serve after this time is ended. */
  readonly startMs: number;
  readonly drainMs: number;
  readonly closeMs: number;
  readonly served: (url: string) => void;
}

const HEARTBEAT_MS = 1000;
/** A server that served for this long did not fail at its start. */
const PROVEN_MS = 3000;
/** How often a server may crash before the first one becomes ready. */
const FIRST_ATTEMPTS = 3;

/**
 * Keeps one server active and another standing by. When the active one ends, the standby is activated in the same turn;
 * it is already loaded and only has to bind its ports.
 */
export class ServerPair {
  readonly #options: ServerPairOptions;
  #active: ServerProcess | undefined;
  #standby: ServerProcess | undefined;
  #program: ServerProgram;
  /** Of a new version: takes the place of the active one as soon as it serves. */
  #next: ServerProcess | undefined;
  /** Sends its people to the one that took its place, and ends. */
  #leaving: ServerProcess | undefined;
  #everReady = false;
  #failures = 0;
  #spawnTimer: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #beatAt = Date.now();
  #stopping = false;

  constructor(options: ServerPairOptions) {
    this.#options = options;
    this.#program = options.program;
  }

  get active(): ServerProcess | undefined {
    return this.#active;
  }

  get standby(): ServerProcess | undefined {
    return this.#standby;
  }

  start(): void {
    this.#beatAt = Date.now();
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#spawnStandby();
  }

  /** Ends both; the active one first sends its people to other nodes. */
  async stop(drainMs: number, closeMs: number): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#spawnTimer);
    const others = [this.#standby, this.#next].map((server) => server?.shutDown(0, closeMs));
    await Promise.all([this.#active?.shutDown(drainMs, closeMs), ...others, this.#leaving?.ended]);
  }

  killAll(): void {
    for (const server of this.#all()) server.kill();
  }

  /**
   * Starts a server of another program beside the active one. Once it serves, the active one sends its people there and
   * ends, and a new standby loads. Resolves when the old one has ended. `served`: the new one serves.
   * @throws Error when the new one does not start: the active one goes on
   */
  async handOver(program: ServerProgram, { startMs, drainMs, closeMs, served }: HandOverOptions): Promise<void> {
    if (this.#stopping || this.#active?.phase !== 'ready') throw new Error('no server is ready to hand over');
    if (this.#next || this.#leaving) throw new Error('another server is taking over already');
    // A second place has the media ports that the new server needs.
    if (this.#standby?.isSecondPlace) await this.#endStandby(closeMs);
    const next = await this.#startNext(program, startMs).catch((error: unknown) => {
      if (!this.#standby) this.#spawnStandbyAfter(this.#options.standbyDelayMs);
      throw error;
    });
    const old = this.#active;
    this.#active = next;
    this.#next = undefined;
    this.#program = program;
    this.#leaving = old;
    served(next.url ?? '');
    void this.#endStandby(closeMs);
    this.#spawnStandbyAfter(this.#options.standbyDelayMs);
    this.#options.onChange();
    await old?.shutDown(drainMs, closeMs, true);
    this.#leaving = undefined;
    this.#offerSecondPlace();
  }

  #endStandby(closeMs: number): Promise<void> | undefined {
    const standby = this.#standby;
    this.#standby = undefined;
    return standby?.shutDown(0, closeMs);
  }

  #startNext(program: ServerProgram, startMs: number): Promise<ServerProcess> {
    return new Promise((resolve, reject) => {
      const next = new ServerProcess(program, this.#options.env, {
        onStandingBy: (server) => server.activate(true, true),
        onReady: (server) => {
          clearTimeout(limit);
          resolve(server);
        },
        onWantsSecondPlace: () => this.#offerSecondPlace(),
        onDrained: (outcome) => this.#options.onDrained(outcome),
        onEnded: (server) => {
          if (server !== this.#next) {
            this.#onEnded(server);
            return;
          }
          clearTimeout(limit);
          this.#next = undefined;
          reject(new Error(`the new server does not start: ${server.failure?.message ?? server.ending}`));
        },
      });
      this.#next = next;
      // It may wait for something that never comes, and answer pings meanwhile.
      const limit = setTimeout(() => next.giveUp(`it does not serve after ${startMs / 1_000} s`), startMs);
    });
  }

  #all(): ServerProcess[] {
    return [this.#active, this.#standby, this.#next, this.#leaving].filter((server) => server !== undefined);
  }

  #spawnStandby(): void {
    try {
      this.#standby = new ServerProcess(this.#program, this.#options.env, {
        onStandingBy: () => this.#fillActivePlace(),
        onReady: (server) => this.#onReady(server),
        onWantsSecondPlace: () => this.#offerSecondPlace(),
        onDrained: (outcome) => this.#options.onDrained(outcome),
        onEnded: (server) => this.#onEnded(server),
      });
    } catch (error) {
      // The system cannot give a process or a file at the moment.
      this.#failures += 1;
      this.#options.log(`no server process can be started: ${error instanceof Error ? error.message : error}`);
      this.#spawnStandbyAfter(Math.max(1000, backoffMs(this.#failures)));
    }
    this.#options.onChange();
  }

  #spawnStandbyAfter(delayMs: number): void {
    clearTimeout(this.#spawnTimer);
    this.#spawnTimer = setTimeout(() => this.#spawnStandby(), delayMs);
  }

  /** The standby becomes a second place for clients of the active server, if they want one. */
  #offerSecondPlace(): void {
    // The media ports are those of the next server until that serves.
    if (this.#active?.wantsSecondPlace && !this.#next && !this.#leaving && !this.#stopping) this.#standby?.standBy();
  }

  #fillActivePlace(): void {
    this.#offerSecondPlace();
    if (this.#active || this.#stopping || this.#standby?.phase !== 'standing-by') return;
    this.#active = this.#standby;
    this.#standby = undefined;
    // The ports of one that served are given back only while it ends.
    this.#active.activate(this.#everReady);
    this.#options.onChange();
  }

  #onReady(server: ServerProcess): void {
    this.#everReady = true;
    this.#options.onReady(server.url ?? '');
    this.#options.onChange();
    this.#spawnStandbyAfter(this.#options.standbyDelayMs);
  }

  #onEnded(server: ServerProcess): void {
    const wasActive = server === this.#active;
    // It was told to end.
    if (this.#stopping || (!wasActive && server !== this.#standby)) return;
    if (wasActive) this.#active = undefined;
    else this.#standby = undefined;
    this.#fillActivePlace();
    this.#options.onChange();

    const proven = server.readyAt !== undefined && Date.now() - server.readyAt >= PROVEN_MS;
    this.#failures = proven ? 0 : this.#failures + 1;
    if (!this.#everReady && (server.failure || this.#failures >= FIRST_ATTEMPTS)) {
      const unexplained = { code: 'FAILED', message: `The server does not start (${server.ending}).` };
      this.#options.onHopeless(server.failure ?? unexplained);
      return;
    }
    const why = server.failure ? `: ${server.failure.message}` : '';
    this.#options.log(`the ${wasActive ? 'active' : 'standby'} server ended (${server.ending})${why}`);
    // A server that did serve must come back soon, whatever ended it.
    const delayMs = Math.min(backoffMs(this.#failures), server.readyAt === undefined ? Number.POSITIVE_INFINITY : 1000);
    // While the standby becomes active, a new one waits until that is done (`onReady`).
    if (this.#standby) return;
    if (!this.#active) this.#spawnStandbyAfter(delayMs);
    else if (!wasActive) this.#spawnStandbyAfter(Math.max(this.#options.standbyDelayMs, delayMs));
  }

  #beat(): void {
    const wasAway = Date.now() - this.#beatAt > 2 * HEARTBEAT_MS;
    this.#beatAt = Date.now();
    for (const server of this.#all()) {
      if (wasAway) server.silence.forgive();
      server.ping();
      if (!server.hangs(this.#options.silence)) continue;
      const { isBusy, ms } = server.silence;
      this.#options.log(
        `server process ${server.pid} ${isBusy ? `has been busy for ${ms} ms` : 'does not answer'}: killing it`,
      );
      server.kill();
    }
  }
}
