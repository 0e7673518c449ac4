import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, freePorts } from '../freePort.ts';
import { type Deployment, type SupervisorState, supervisorState } from './Deployment.ts';

export interface PrivateDeploymentOptions {
  readonly workers: number;
  /** Settings to add to the private ones or to replace them: `{ DURABILITY: 'async' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Arguments of the supervisor, such as `--lan`. */
  readonly args?: readonly string[];
  /** The Node that runs it, if not this process' own. */
  readonly node?: string;
}

const START_LIMIT_MS = 60_000;
const SUPERVISOR = fileURLToPath(new URL('../../run/supervisor.ts', import.meta.url));
/** Our environment variables that a server may see: no setting of the machine's own Everroom. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'MEDIASOUP_WORKER_BIN', 'XDG_RUNTIME_DIR', 'LANG'];

/** A private supervisor with servers and Redis, in a temporary folder and on free ports of the loopback. */
export class PrivateDeployment implements Deployment {
  readonly url: string;
  readonly apiKey = 'drill';
  readonly apiSecret = randomBytes(32).toString('hex');
  readonly stateFile: string;
  readonly #folder: string;
  /** Of a Redis that is not the deployment's own. */
  readonly #redisUrl: string | undefined;
  readonly #supervisor: ChildProcess;

  private constructor(folder: string, port: number, mediaPort: number, options: PrivateDeploymentOptions) {
    this.url = `http://127.0.0.1:${port}`;
    this.stateFile = join(folder, 'run', 'supervisor.json');
    this.#folder = folder;
    this.#redisUrl = options.settings?.REDIS_URL;
    this.#supervisor = spawn(options.node ?? process.execPath, [SUPERVISOR, ...(options.args ?? [])], {
      // In its own session, so that Ctrl-C reaches only us and we end it in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])),
        EVERROOM_CONFIG: '/dev/null',
        EVERROOM_DATA: folder,
        HOST: '127.0.0.1',
        PORT: String(port),
        NODE_URL: this.url,
        ANNOUNCED_ADDRESS: '127.0.0.1',
        MEDIA_PORT: String(mediaPort),
        WORKERS: String(options.workers),
        API_KEY: this.apiKey,
        API_SECRET: this.apiSecret,
        TOKEN_SECRET: randomBytes(32).toString('hex'),
        LOG_LEVEL: 'info',
        // A reencoder would take CPU from the measurement.
        REENCODER: 'off',
        ...options.settings,
      },
    });
    const log = createWriteStream(join(folder, 'drill.log'));
    this.#supervisor.stdout?.pipe(log);
    this.#supervisor.stderr?.pipe(log);
  }

  /** Resolves once the server serves. @throws Error with the last lines of its log if it does not start. */
  static async start(options: PrivateDeploymentOptions): Promise<PrivateDeployment> {
    const folder = await mkdtemp(join(tmpdir(), 'everroom-drill-'));
    const [mediaPort = 0] = await freePorts(2 * options.workers);
    const deployment = new PrivateDeployment(folder, await freePort(), mediaPort, options);
    try {
      await deployment.#ready();
      return deployment;
    } catch (error) {
      const said = await deployment.logTail();
      await deployment.stop();
      throw new Error(`the private server does not start: ${said}`, { cause: error });
    }
  }

  get redisUrl(): string {
    return this.#redisUrl ?? `unix://${join(this.#folder, 'run', 'redis.sock')}`;
  }

  async logTail(lines = 30): Promise<string> {
    const log = await readFile(join(this.#folder, 'drill.log'), 'utf8');
    return log.trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** Ends everything, whatever state the drill left it in, and removes its data. */
  async stop(): Promise<void> {
    const left = await this.#state();
    if (!this.#hasEnded) {
      const ended = once(this.#supervisor, 'exit');
      this.#supervisor.kill('SIGTERM');
      const killer = setTimeout(() => this.#supervisor.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(killer);
    } else if (left) {
      // Its processes notice and end by themselves, but a paused one cannot.
      for (const pid of [left.serverPid, left.standbyPid, left.sidecarPid, left.redisPid]) killIfThere(pid);
    }
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await this.#state())?.url) {
      if (this.#hasEnded) throw new Error(`the supervisor ended (${this.#supervisor.exitCode})`);
      if (Date.now() > deadline) throw new Error(`no server was ready after ${START_LIMIT_MS} ms`);
      await sleep(20);
    }
  }

  async #state(): Promise<SupervisorState | undefined> {
    try {
      return await supervisorState(this);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  get #hasEnded(): boolean {
    return this.#supervisor.exitCode !== null || this.#supervisor.signalCode !== null;
  }
}

function killIfThere(pid: number | null): void {
  try {
    if (pid !== null) process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
