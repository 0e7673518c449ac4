import { type ChildProcess, fork } from 'node:child_process';
import type { Drained } from './describeDrain.ts';
import { killGroup } from './killGroup.ts';
import type { FromServer, ToServer } from './messages.ts';
import { Silence, type SilenceLimits } from './Silence.ts';

export type ServerPhase = 'loading' | 'standing-by' | 'activating' | 'ready' | 'ended';

export interface ServerFailure {
  /** An error's code, such as EADDRINUSE or CONFIG. */
  readonly code: string;
  readonly message: string;
}

export interface ServerEvents {
  onStandingBy(server: ServerProcess): void;
  onReady(server: ServerProcess): void;
  onWantsSecondPlace?(server: ServerProcess): void;
  onDrained?(outcome: Drained): void;
  /** Called once, in the same turn in which the end of the process is noticed. */
  onEnded(server: ServerProcess): void;
}

/** What a drain takes beyond its limit: the server has to notice that the time is over. */
const DRAIN_ANSWER_MS = 1_000;

/** The program that a server process runs: another one after an upgrade. */
export interface ServerProgram {
  /** The script of a server process. */
  readonly script: string;
  /** The Node that runs it; this process' own if not given. */
  readonly node?: string;
}

/** One child process that runs `ops/run/server.ts`, seen from its supervisor. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #events: ServerEvents;
  #phase: ServerPhase = 'loading';
  readonly silence = new Silence();
  #drained: (() => void) | undefined;
  /** The address where it serves, once it is ready. */
  url: string | undefined;
  /** The reason it gave for not serving. */
  failure: ServerFailure | undefined;
  /** When it became ready, ms since the epoch. */
  readyAt: number | undefined;
  /** How it ended: `SIGKILL`, `exit 1`. */
  ending = '';
  /** Its rooms want a second place. */
  wantsSecondPlace = false;
  #isSecondPlace = false;

  constructor({ script, node = process.execPath }: ServerProgram, env: NodeJS.ProcessEnv, events: ServerEvents) {
    this.#events = events;
    // Starts its own session: Ctrl-C in a terminal reaches only the supervisor, which ends everything in order.
    this.#child = fork(script, [], {
      ...{ env, execPath: node, detached: true },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message: FromServer) => this.#hear(message));
    this.#child.on('error', (error) => this.#end(error.message));
    this.#child.on('exit', (code, signal) => this.#end(signal ?? `exit ${code}`));
  }

  /** Resolves when it has ended. */
  get ended(): Promise<void> {
    if (this.#phase === 'ended') return Promise.resolve();
    return new Promise((resolve) => this.#child.once('exit', () => resolve()));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get phase(): ServerPhase {
    return this.#phase;
  }

  /**
   * Another server of this supervisor may still hold ports: then whatever else holds them is not looked for.
   * `relieves`: that one serves meanwhile.
   */
  activate(besideAnother: boolean, relieves = false): void {
    if (this.#phase !== 'standing-by') throw new Error(`a server that is ${this.#phase} cannot be activated`);
    this.#enter('activating');
    this.#tell({ type: 'activate', besideAnother, relieves });
  }

  /** Lets clients of the active server stand by there: from now on it holds media ports. */
  standBy(): void {
    if (this.#phase !== 'standing-by' || this.#isSecondPlace) return;
    this.#isSecondPlace = true;
    this.#tell({ type: 'stand-by' });
  }

  get isSecondPlace(): boolean {
    return this.#isSecondPlace;
  }

  /** Asks for a sign of life, and looks at what the process did since the last time. */
  ping(): void {
    this.#tell({ type: 'ping' });
    this.silence.look(this.pid);
  }

  /** Whether it is to be ended because it hangs. */
  hangs(limits: SilenceLimits): boolean {
    const starting = this.#phase === 'loading' || this.#phase === 'activating';
    return this.#phase !== 'ended' && this.silence.isTooLong(limits, starting);
  }

  /** Ends it for this reason, unless it gave another one. */
  giveUp(message: string): void {
    this.failure ??= { code: 'LATE', message };
    this.kill();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /**
   * Lets its people go to other nodes for at most `drainMs`, then lets it close for at most `closeMs`; resolves when
   * the process has ended.
   */
  async shutDown(drainMs: number, closeMs: number, successor = false): Promise<void> {
    if (this.#phase === 'ended') return;
    const { ended } = this;
    if (this.#phase === 'ready') {
      const drained = new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
      const drainLimit = new Promise<void>((resolve) => setTimeout(resolve, drainMs + DRAIN_ANSWER_MS).unref());
      this.#tell({ type: 'drain', limitMs: drainMs, successor });
      await Promise.race([drained, drainLimit, ended]);
    }
    const killer = setTimeout(() => this.kill(), closeMs);
    this.#child.kill('SIGTERM');
    await ended;
    clearTimeout(killer);
  }

  #hear(message: FromServer): void {
    this.silence.heard();
    switch (message.type) {
      case 'standing-by':
        this.#enter('standing-by');
        this.#events.onStandingBy(this);
        break;
      case 'ready':
        this.url = message.url;
        this.readyAt = Date.now();
        this.#enter('ready');
        this.#events.onReady(this);
        break;
      case 'wants-second-place':
        this.wantsSecondPlace = true;
        this.#events.onWantsSecondPlace?.(this);
        break;
      case 'failed':
        this.failure = { code: message.code, message: message.message };
        break;
      case 'drained':
        if (message.outcome) this.#events.onDrained?.(message.outcome);
        this.#drained?.();
        break;
      case 'pong':
        break;
    }
  }

  #enter(phase: ServerPhase): void {
    if (this.#phase === 'ended') return;
    this.#phase = phase;
    this.silence.heard();
  }

  #end(how: string): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.ending = how;
    // Its media workers end by themselves when they notice; a hanging one would hold its port forever.
    if (this.pid !== undefined) killGroup(this.pid);
    this.#events.onEnded(this);
  }

  /** A message to a process that is ending is lost; the 'exit' event reports the end. */
  #tell(message: ToServer): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}
