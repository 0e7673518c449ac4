import { backoffMs } from './backoff.ts';
import { SidecarProcess, type SidecarProgram } from './SidecarProcess.ts';
import type { SilenceLimits } from './Silence.ts';

export interface SidecarKeeperOptions extends SidecarProgram {
  /** A sidecar that is silent for longer is killed; one that is at work meanwhile gets several times as long. */
  readonly silence: SilenceLimits;
  /** How long tracks have the machine to themselves before a standby loads. */
  readonly standbyDelayMs: number;
  /** A sidecar that has no track for this long needs no standby any more. */
  readonly idleMs: number;
  readonly log: (line: string) => void;
  /** A process started or ended. */
  readonly onChange: () => void;
}

const HEARTBEAT_MS = 1_000;
/** The one at work is asked more often. Silent for this long, without computing, it gives way to one that stands by. */
const WATCH_MS = 300;
const SUPERSEDED_AFTER_MS = 1_000;
/** The pause before a restart: at this moment the viewers fall back and need the machine first. */
const REPLACED_AFTER_MS = 500;

/**
 * Keeps one sidecar running beside the servers, which never depend on it. While it works on tracks, another one stands
 * by, loaded: to load one takes a core for two seconds, and much longer on a busy machine. It also takes over from one
 * that hangs; that one hands over what it still has when it answers again.
 */
export class SidecarKeeper {
  readonly #options: SidecarKeeperOptions;
  #active: SidecarProcess | undefined;
  #standby: SidecarProcess | undefined;
  /** They hang, and another one has taken over. */
  readonly #superseded = new Set<SidecarProcess>();
  #failures = 0;
  #standbyFailures = 0;
  #needsStandby = false;
  #startTimer: NodeJS.Timeout | undefined;
  #standbyTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  #beatAt = 0;
  #watchedAt = 0;
  #stopping = false;

  constructor(options: SidecarKeeperOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#active?.pid;
  }

  get standbyPid(): number | undefined {
    return this.#standby?.pid;
  }

  start(): void {
    this.#beatAt = Date.now();
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#watch = setInterval(() => this.#watchActive(), WATCH_MS);
    this.#startActive();
  }

  /** Lets it hand over its work for other nodes, for at most `limitMs`. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#heartbeat);
    clearInterval(this.#watch);
    for (const timer of [this.#startTimer, this.#standbyTimer, this.#idleTimer]) clearTimeout(timer);
    await Promise.all(this.#all().map((sidecar) => sidecar.stop(limitMs)));
  }

  kill(): void {
    for (const sidecar of this.#all()) sidecar.kill();
  }

  #all(): SidecarProcess[] {
    return [this.#active, this.#standby, ...this.#superseded].filter((sidecar) => sidecar !== undefined);
  }

  #startActive(): void {
    this.#active = this.#fork();
    if (this.#active) this.#active.serve();
    else this.#startAfter(Math.max(1_000, backoffMs(++this.#failures)));
    this.#options.onChange();
  }

  #startAfter(delayMs: number): void {
    clearTimeout(this.#startTimer);
    this.#startTimer = setTimeout(() => this.#startActive(), delayMs);
  }

  #startStandbyAfter(delayMs: number): void {
    clearTimeout(this.#standbyTimer);
    this.#standbyTimer = setTimeout(() => {
      if (!this.#needsStandby || !this.#active || this.#standby) return;
      this.#standby = this.#fork();
      if (!this.#standby) this.#startStandbyAfter(Math.max(1_000, backoffMs(++this.#standbyFailures)));
      this.#options.onChange();
    }, delayMs);
  }

  #fork(): SidecarProcess | undefined {
    try {
      return new SidecarProcess(this.#options, {
        onWorking: (sidecar, on) => this.#onWorking(sidecar, on),
        onEnded: (sidecar, how) => this.#onEnded(sidecar, how),
      });
    } catch (error) {
      this.#options.log(`the reencoder cannot be started: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }

  #onWorking(sidecar: SidecarProcess, on: boolean): void {
    if (sidecar !== this.#active || this.#stopping) return;
    clearTimeout(this.#idleTimer);
    if (on) {
      this.#needsStandby = true;
      if (!this.#standby) this.#startStandbyAfter(this.#options.standbyDelayMs);
    } else this.#idleTimer = setTimeout(() => this.#endStandby(), this.#options.idleMs);
  }

  #endStandby(): void {
    this.#needsStandby = false;
    const standby = this.#standby;
    this.#standby = undefined;
    void standby?.stop(this.#options.silence.servingMs);
    this.#options.onChange();
  }

  #onEnded(sidecar: SidecarProcess, how: string): void {
    this.#superseded.delete(sidecar);
    if (sidecar === this.#active) {
      this.#active = undefined;
      this.#failures = sidecar.isProven ? 0 : this.#failures + 1;
      if (!this.#stopping) this.#replaceActive(how);
    } else if (sidecar === this.#standby) {
      this.#standby = undefined;
      this.#standbyFailures = sidecar.isProven ? 0 : this.#standbyFailures + 1;
      if (!this.#stopping) {
        this.#options.log(`the reencoder that stood by ended (${how})`);
        this.#startStandbyAfter(Math.max(this.#options.standbyDelayMs, backoffMs(this.#standbyFailures)));
      }
    }
    this.#options.onChange();
  }

  #replaceActive(how: string): void {
    this.#options.log(`the reencoder ended (${how})`);
    this.#active = this.#standby;
    this.#standby = undefined;
    if (this.#active) this.#active.serve();
    else this.#startAfter(Math.max(REPLACED_AFTER_MS, backoffMs(this.#failures)));
  }

  #watchActive(): void {
    const isLate = Date.now() - this.#watchedAt > 2 * WATCH_MS;
    this.#watchedAt = Date.now();
    const active = this.#active;
    const limitMs = this.#options.silence.servingMs;
    for (const sidecar of this.#superseded) {
      if (!sidecar.isStopping && sidecar.silence.ms < SUPERSEDED_AFTER_MS) void sidecar.stop(limitMs);
    }
    active?.ping();
    if (!active || !this.#standby?.isLoaded) return;
    // Whoever has just listened again may not have heard the answer yet.
    if (isLate || active.silence.ms < SUPERSEDED_AFTER_MS || active.silence.isBusy) return;
    this.#options.log(`the reencoder ${active.pid} is silent: the one that stands by takes over`);
    this.#superseded.add(active);
    this.#active = this.#standby;
    this.#standby = undefined;
    this.#active.serve();
    this.#options.onChange();
  }

  #beat(): void {
    const wasAway = Date.now() - this.#beatAt > 2 * HEARTBEAT_MS;
    this.#beatAt = Date.now();
    for (const sidecar of this.#all()) {
      if (wasAway) sidecar.silence.forgive();
      sidecar.ping();
      if (!sidecar.hangs(this.#options.silence)) continue;
      this.#options.log(`the reencoder ${sidecar.pid} does not answer: killing it`);
      sidecar.kill();
    }
  }
}
