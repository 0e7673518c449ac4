import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../freePort.ts';

/** A server that starts takes a second of CPU, which those who recover need first; a supervisor waits as long. */
const RESTART_AFTER_MS = 2_000;
const SCRIPT = fileURLToPath(new URL('./bareServer.ts', import.meta.url));

interface Running {
  readonly child: ChildProcess;
  /** The worker that carries media; null until a spare one is ready too. */
  workerPid: number | null;
}

/** The servers of a bare call: an active one and a warm second one. A killed server is started again. */
export class BareServers {
  readonly urls: readonly string[];
  readonly #ports: readonly number[];
  readonly #running: Running[];
  #restart: NodeJS.Timeout | undefined;
  #active = 0;

  static async start(): Promise<BareServers> {
    const ports = [await freePort(), await freePort()];
    return new BareServers(ports);
  }

  private constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.urls = ports.map((port) => `http://127.0.0.1:${port}`);
    this.#running = ports.map(startServer);
  }

  /** Returns null if both servers run with all their workers, else what is missing. */
  async missing(): Promise<string | null> {
    const missing = this.#running.filter(({ workerPid }) => workerPid === null).length;
    return missing === 0 ? null : `${missing} of ${this.#running.length} servers are not ready`;
  }

  /** SIGKILL to the worker that carries media. */
  killWorker(): void {
    const running = this.#running[this.#active];
    if (!running?.workerPid) throw new Error('there is no worker to kill');
    process.kill(running.workerPid, 'SIGKILL');
    running.workerPid = null;
  }

  /** SIGKILL to the active server. Clients dial the other one. */
  killServer(): void {
    const killed = this.#active;
    const running = this.#running[killed];
    if (!running) throw new Error('there is no server to kill');
    running.child.kill('SIGKILL');
    running.workerPid = null;
    this.#active = 1 - killed;
    this.#restart = setTimeout(() => {
      this.#running[killed] = startServer(this.#ports[killed] ?? 0);
    }, RESTART_AFTER_MS);
  }

  async close(): Promise<void> {
    clearTimeout(this.#restart);
    await Promise.all(this.#running.map(({ child }) => ended(child)));
  }
}

function startServer(port: number): Running {
  const child = fork(SCRIPT, [String(port)], { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const running: Running = { child, workerPid: null };
  child.on('message', (message: { readonly workerPid: number }) => {
    running.workerPid = message.workerPid;
  });
  return running;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
