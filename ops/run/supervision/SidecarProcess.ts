import { type ChildProcess, fork } from 'node:child_process';
import { killGroup } from './killGroup.ts';
import type { FromSidecar, ToSidecar } from './messages.ts';
import { Silence, type SilenceLimits } from './Silence.ts';

export interface SidecarProgram {
  /** The script of a sidecar. */
  readonly script: string;
  /** The Node that runs it. */
  readonly node: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface SidecarEvents {
  /** It has begun to work on tracks, or has none any more. */
  onWorking(sidecar: SidecarProcess, on: boolean): void;
  /** Called once. */
  onEnded(sidecar: SidecarProcess, how: string): void;
}

/** A sidecar that ran for this long did not fail at its start. */
const PROVEN_MS = 10_000;

/** One child process that runs `ops/run/reencoder.ts`. It loads everything and takes jobs once it is told to. */
export class SidecarProcess {
  readonly #child: ChildProcess;
  readonly #events: SidecarEvents;
  readonly #startedAt = Date.now();
  readonly silence = new Silence();
  #isLoaded = false;
  #isStopping = false;
  #hasEnded = false;
  readonly #ended = Promise.withResolvers<void>();

  /** @throws Error when the system cannot give a process */
  constructor({ script, node, env }: SidecarProgram, events: SidecarEvents) {
    this.#events = events;
    // Starts its own session: Ctrl-C in a terminal reaches only the supervisor.
    this.#child = fork(script, [], {
      ...{ env: { ...env, EVERROOM_STANDBY: '1' }, execPath: node, detached: true },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message: FromSidecar) => this.#hear(message));
    this.#child.on('error', (error) => this.#end(error.message));
    this.#child.on('exit', (code, signal) => this.#end(signal ?? `exit ${code}`));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Whether it loaded and then ran for long enough that its start was no failure. */
  get isProven(): boolean {
    return this.#isLoaded && Date.now() - this.#startedAt >= PROVEN_MS;
  }

  serve(): void {
    this.#tell({ type: 'serve' });
  }

  ping(): void {
    this.#tell({ type: 'ping' });
    this.silence.look(this.pid);
  }

  /** Whether it is to be ended because it hangs. */
  hangs(limits: SilenceLimits): boolean {
    return this.silence.isTooLong(limits, !this.#isLoaded);
  }

  /** Lets it hand over its work, for at most `limitMs`. Resolves when it has ended. */
  async stop(limitMs: number): Promise<void> {
    if (this.#hasEnded) return;
    const killer = setTimeout(() => this.kill(), limitMs);
    this.#isStopping = true;
    this.#child.kill('SIGTERM');
    await this.#ended.promise;
    clearTimeout(killer);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #hear(message: FromSidecar): void {
    this.silence.heard();
    if (message.type === 'standing-by' || message.type === 'ready') this.#isLoaded = true;
    if (message.type === 'working') this.#events.onWorking(this, message.on);
  }

  #end(how: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#ended.resolve();
    if (this.pid) killGroup(this.pid); // Hanging track processes do not notice its end.
    this.#events.onEnded(this, how);
  }

  /** A message to a process that is ending is lost; the 'exit' event reports the end. */
  #tell(message: ToSidecar): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}
