import { type ChildProcess, fork } from 'node:child_process';
import { backoffMs } from './backoff.ts';
import { killGroup } from './killGroup.ts';
import type { FromSidecar, ToSidecar } from './messages.ts';

export interface SidecarKeeperOptions {
  /** The script of a sidecar. */
  script: string;
  /** The Node that runs it. */
  node: string;
  env: NodeJS.ProcessEnv;
  /** A sidecar that is silent for longer is killed. */
  unresponsiveMs: number;
  log: (line: string) => void;
  /** The process started or ended. */
  onChange: () => void;
}

const HEARTBEAT_MS = 1_000;
const START_LIMIT_MS = 60_000;
/** A sidecar that ran for this long did not fail at its start. */
const PROVEN_MS = 10_000;
/**
 * The pause before a restart. Loading an engine takes a core, and at this moment the viewers fall back and need the
 * machine first; the queue gives out the jobs only after two seconds anyway.
 */
const REPLACED_AFTER_MS = 500;

/** Keeps one sidecar running beside the servers, which never depend on it. */
export class SidecarKeeper {
  readonly #options: SidecarKeeperOptions;
  #child: ChildProcess | undefined;
  #startedAt = 0;
  #heardAt = 0;
  #isReady = false;
  #failures = 0;
  #startTimer: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #beatAt = 0;
  #stopping = false;

  constructor(options: SidecarKeeperOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    this.#beatAt = Date.now();
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#spawn();
  }

  /** Lets it hand over its work for other nodes, for at most `limitMs`. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#startTimer);
    const child = this.#child;
    if (!child) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const killer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(killer);
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  #spawn(): void {
    const { script, node, env, log } = this.#options;
    try {
      // Starts its own session: Ctrl-C in a terminal reaches only the supervisor.
      const child = fork(script, [], {
        ...{ env, execPath: node, detached: true },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      this.#child = child;
      this.#startedAt = Date.now();
      this.#heardAt = this.#startedAt;
      this.#isReady = false;
      child.on('message', (message: FromSidecar) => this.#hear(message));
      child.on('error', (error) => this.#ended(child, error.message));
      child.on('exit', (code, signal) => this.#ended(child, signal ?? `exit ${code}`));
    } catch (error) {
      log(`the reencoder cannot be started: ${error instanceof Error ? error.message : error}`);
      this.#failures += 1;
      this.#spawnAfter(Math.max(1_000, backoffMs(this.#failures)));
    }
    this.#options.onChange();
  }

  #spawnAfter(delayMs: number): void {
    clearTimeout(this.#startTimer);
    this.#startTimer = setTimeout(() => this.#spawn(), delayMs);
  }

  #hear(message: FromSidecar): void {
    this.#heardAt = Date.now();
    if (message.type === 'ready') this.#isReady = true;
  }

  #ended(child: ChildProcess, how: string): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    if (child.pid) killGroup(child.pid); // Hanging track processes do not notice its end.
    this.#options.onChange();
    if (this.#stopping) return;
    this.#failures = this.#isReady && Date.now() - this.#startedAt >= PROVEN_MS ? 0 : this.#failures + 1;
    this.#options.log(`the reencoder ended (${how})`);
    this.#spawnAfter(Math.max(REPLACED_AFTER_MS, backoffMs(this.#failures)));
  }

  #beat(): void {
    // The supervisor itself stood still (paused, or the machine slept): silence until now means nothing.
    if (Date.now() - this.#beatAt > 2 * HEARTBEAT_MS) this.#heardAt = Date.now();
    this.#beatAt = Date.now();
    const child = this.#child;
    if (!child) return;
    if (child.connected) child.send({ type: 'ping' } satisfies ToSidecar, () => undefined);
    const limitMs = this.#isReady ? this.#options.unresponsiveMs : START_LIMIT_MS;
    if (Date.now() - this.#heardAt <= limitMs) return;
    this.#options.log(`the reencoder ${child.pid} does not answer: killing it`);
    child.kill('SIGKILL');
  }
}
