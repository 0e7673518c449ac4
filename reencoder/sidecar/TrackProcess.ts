import { type ChildProcess, fork } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Clock, Logger } from '../../core/ports.ts';
import type { LayerTarget, TrackCounters, TrackStats } from '../../core/reencoding/messages.ts';
import { type Assignment, FromTrack, type Opened, type ToTrack, type TrackProcessOptions } from '../track/messages.ts';
import { confinedBy } from './trackLimits.ts';

export const TRACK_SCRIPT = fileURLToPath(new URL('../track/main.ts', import.meta.url));
const START_LIMIT_MS = 15_000;
const OPEN_LIMIT_MS = 3_000;
/** Longest time between two reports of an attached process. A machine under load keeps no process waiting this long. */
const HANGS_AFTER_MS = 5_000;

/** Forwarding has priority; encoding sheds frames that it gets no CPU for. Later threads inherit the niceness. */
const NICENESS = 5;

export class TrackProcessFailed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TrackProcessFailed';
  }
}

export interface Counters extends TrackCounters {
  /** When the process reported this, by the clock. */
  readonly atMs: number;
}

/** The sidecar's side of a forked process that works on one track. */
export class TrackProcess {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #opened: ((message: Opened) => void)[] = [];
  #end: (reason: string) => void = () => undefined;
  #reason: string | null = null;
  #cancelWatch: (() => void) | null = null;
  #counters: Counters | null = null;
  #becomeReady: () => void = () => undefined;
  onStats: ((stats: Omit<TrackStats, 'jobId'>) => void) | null = null;
  /** Resolves with the reason when the process has ended in any way. */
  readonly ended: Promise<string>;
  /** Resolves when the engine is loaded. Never resolves if the process ended before. */
  readonly ready: Promise<void>;

  /** `fence`: what its command line begins with. */
  constructor(options: TrackProcessOptions, clock: Clock, logger: Logger, fence: readonly string[] = []) {
    this.#clock = clock;
    this.#logger = logger;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.ready = new Promise((resolve) => {
      this.#becomeReady = resolve;
    });
    // The process may write no file, so it cannot write to ours, if the log goes to one.
    const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const;
    this.#child = fork(TRACK_SCRIPT, [JSON.stringify(options)], {
      ...confinedBy(fence, process.execArgv),
      stdio: [...stdio],
    });
    this.#child.stdout?.pipe(process.stdout, { end: false });
    this.#child.stderr?.pipe(process.stderr, { end: false });
    if (this.#child.pid !== undefined) setNiceness(this.#child.pid);
    this.#child.on('message', (message) => this.#hear(message));
    this.#child.on('error', (error) => this.#ended(error.message));
    this.#child.on('exit', (code, signal) => this.#ended(signal ?? `exit ${code}`));
    this.#watch(START_LIMIT_MS, 'the process did not start');
    void this.ready.then(() => this.#unwatch());
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Its last report, or null before it is attached. */
  get counters(): Counters | null {
    return this.#counters;
  }

  /**
   * Opens its sockets.
   * @throws TrackProcessFailed when the process ends first
   */
  async open(address: string, srtp: boolean): Promise<Opened> {
    await this.#orEnd(this.ready);
    const opened = new Promise<Opened>((resolve) => this.#opened.push(resolve));
    this.#watch(OPEN_LIMIT_MS, 'the sockets of the process did not open');
    this.#tell({ type: 'open', address, srtp });
    const message = await this.#orEnd(opened);
    this.#unwatch();
    return message;
  }

  /** Begins to work. */
  attach(assignment: Assignment): void {
    this.#tell({ type: 'attach', assignment });
    this.#watch(HANGS_AFTER_MS, 'the process hangs');
  }

  adapt(targets: readonly LayerTarget[], inputPaused: boolean): void {
    this.#tell({ type: 'adapt', targets: [...targets], inputPaused });
  }

  /** Safe at any time: the process has nothing to save, and its helpers end with it. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #orEnd<T>(promise: Promise<T>): Promise<T> {
    const ended = this.ended.then((reason): never => {
      throw new TrackProcessFailed(reason);
    });
    return Promise.race([promise, ended]);
  }

  #hear(raw: unknown): void {
    const parsed = FromTrack.safeParse(raw);
    if (!parsed.success) {
      this.#reason = `the process sent an invalid message: ${parsed.error.message}`;
      this.kill();
      return;
    }
    const message = parsed.data;
    switch (message.type) {
      case 'ready':
        this.#becomeReady();
        break;
      case 'opened':
        this.#opened.shift()?.(message);
        break;
      case 'counters':
        this.#watch(HANGS_AFTER_MS, 'the process hangs');
        this.#counters = { ...message, atMs: this.#clock.now() };
        break;
      case 'stats':
        this.onStats?.(message.stats);
        break;
      case 'noticed':
        this.#logger.debug({ pid: this.pid }, message.what);
        break;
      case 'failed':
        this.#reason = message.reason;
        break;
    }
  }

  #watch(limitMs: number, complaint: string): void {
    this.#unwatch();
    this.#cancelWatch = this.#clock.setTimer(limitMs, () => {
      this.#reason = complaint;
      this.kill();
    });
  }

  #unwatch(): void {
    this.#cancelWatch?.();
    this.#cancelWatch = null;
  }

  #ended(how: string): void {
    this.#unwatch();
    this.#end(this.#reason ?? how);
  }

  #tell(message: ToTrack): void {
    // 'exit' reports the end of the process.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

function setNiceness(pid: number): void {
  try {
    // Who is not root makes no process less nice than it is.
    setPriority(pid, Math.max(NICENESS, getPriority(pid)));
  } catch (error) {
    // ESRCH: it has ended already, and 'exit' reports that.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
