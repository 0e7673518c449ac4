import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../run/machine.ts';
import { programOf } from '../../run/programs.ts';
import { endsWithUs } from '../endsWithUs.ts';
import { freePort, freePorts } from '../freePort.ts';
import type { NodeNetwork } from '../network/PrivateNetworks.ts';
import { type Deployment, type SupervisorState, supervisorState } from './Deployment.ts';
import { descendantsOf, isAlive } from './processes.ts';

export interface PrivateDeploymentOptions {
  readonly workers: number;
  /** Settings to add to the private ones or to replace them: `{ DURABILITY: 'async' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Arguments of the supervisor, such as `--lan`. */
  readonly args?: readonly string[];
  /** The Node that runs it, if not this process' own. */
  readonly node?: string;
  /** False for a server process without supervisor and standby, which needs a REDIS_URL. */
  readonly supervised?: boolean;
  /** Where its processes run and listen; the loopback of this machine if not given. */
  readonly network?: NodeNetwork;
}

/** Generous: three nodes that start at once on a busy machine need a while. */
const START_LIMIT_MS = 180_000;
const LOOPBACK = '127.0.0.1';
/** Our environment variables that a server may see: no setting of the machine's own Everroom. */
const PASSED_ON = [
  ...['PATH', 'HOME', 'TMPDIR', 'MEDIASOUP_WORKER_BIN', 'XDG_RUNTIME_DIR', 'LANG'],
  ...['NODE_COMPILE_CACHE', 'EVERROOM_BUNDLED'],
];

/**
 * A private supervisor with servers and Redis, or one server process, in a temporary folder and on free ports of the
 * loopback, or of a network of its own.
 */
export class PrivateDeployment implements Deployment {
  readonly url: string;
  readonly apiKey = 'drill';
  readonly apiSecret: string;
  readonly stateFile: string;
  readonly #folder: string;
  readonly #options: PrivateDeploymentOptions;
  readonly #environment: NodeJS.ProcessEnv;
  /** The supervisor, or the server process itself. */
  #process: ChildProcess;
  /** Stopped by `freeze`. */
  #frozen: readonly number[] = [];

  private constructor(folder: string, port: number, mediaPort: number, options: PrivateDeploymentOptions) {
    const { network, settings = {}, workers } = options;
    const addresses = network?.addresses ?? { clients: LOOPBACK, peers: LOOPBACK };
    this.url = `http://${addresses.clients}:${port}`;
    this.stateFile = join(folder, 'run', 'supervisor.json');
    this.#folder = folder;
    this.#options = options;
    this.apiSecret = settings.API_SECRET ?? randomBytes(32).toString('hex');
    this.#environment = {
      ...Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])),
      EVERROOM_CONFIG: '/dev/null',
      EVERROOM_DATA: folder,
      HOST: network ? '0.0.0.0' : LOOPBACK,
      PORT: String(port),
      NODE_URL: this.url,
      ANNOUNCED_ADDRESS: addresses.clients,
      INTERNAL_URL: `http://${addresses.peers}:${port}`,
      INTERNAL_MEDIA_ADDRESS: addresses.peers,
      MEDIA_PORT: String(mediaPort),
      WORKERS: String(workers),
      API_KEY: this.apiKey,
      API_SECRET: this.apiSecret,
      TOKEN_SECRET: randomBytes(32).toString('hex'),
      LOG_LEVEL: 'info',
      // A reencoder would take CPU from the measurement.
      REENCODER: 'off',
      ...settings,
    };
    this.#process = this.#spawn();
  }

  /** Resolves once the server serves. @throws Error with the last lines of its log if it does not start. */
  static async start(options: PrivateDeploymentOptions): Promise<PrivateDeployment> {
    const folder = await mkdtemp(join(tmpdir(), 'everroom-drill-'));
    const [mediaPort = 0] = await freePorts(2 * options.workers + 2);
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

  /** The operator's name for the node; the machine's if the settings have none. */
  get name(): string | undefined {
    return this.#options.settings?.NODE_NAME;
  }

  get redisUrl(): string {
    return this.#options.settings?.REDIS_URL ?? `unix://${join(this.#folder, 'run', 'redis.sock')}`;
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async logTail(lines = 30): Promise<string> {
    const log = await readFile(join(this.#folder, 'drill.log'), 'utf8');
    return log.trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** SIGKILL to everything at once, as a machine that loses its power. Its data and ports stay reserved. */
  async kill(): Promise<readonly number[]> {
    const killed = this.#signalAll('SIGKILL');
    this.#frozen = [];
    if (this.isRunning) await once(this.#process, 'exit');
    await rm(this.stateFile, { force: true });
    return killed;
  }

  /** SIGTERM, as an operator or a service manager does. Returns the exit code, null if a signal ended it. */
  async terminate(): Promise<number | null> {
    if (!this.isRunning) throw new Error('it has ended already');
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    const [code] = (await ended) as [number | null];
    await rm(this.stateFile, { force: true });
    return code;
  }

  /** Starts it again after `kill` or `terminate`, at the same address, with the same data. Resolves once it serves. */
  async startAgain(): Promise<void> {
    if (this.isRunning) throw new Error('it is running already');
    this.#process = this.#spawn();
    await this.#ready();
  }

  /** SIGSTOP to everything at once, as a virtual machine that is halted: sockets stay open, and nothing answers. */
  freeze(): readonly number[] {
    this.#frozen = this.#signalAll('SIGSTOP');
    return this.#frozen;
  }

  /** What `freeze` stopped goes on as if no time had passed. */
  thaw(): void {
    for (const pid of this.#frozen) signalIfThere(pid, 'SIGCONT');
    this.#frozen = [];
  }

  /** Ends everything, whatever state the drill left it in, and removes its data. */
  async stop(): Promise<void> {
    this.thaw();
    const left = await this.#state();
    if (this.isRunning) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const killer = setTimeout(() => this.#process.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(killer);
    } else if (left) {
      // Its processes notice and end by themselves, but a paused one cannot.
      const { serverPid, standbyPid, sidecarPid, sidecarStandbyPid, redisPid } = left;
      for (const pid of [serverPid, standbyPid, sidecarPid, sidecarStandbyPid, redisPid]) killIfThere(pid);
    }
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }

  #spawn(): ChildProcess {
    const { args = [], network, node = process.execPath, supervised = true } = this.#options;
    const program = [node, programOf(ROOT, supervised ? 'supervisor' : 'server'), ...args];
    const [command = node, ...rest] = network ? ['ip', 'netns', 'exec', network.namespace, ...program] : program;
    const child = spawn(command, rest, {
      // In its own session, so that Ctrl-C reaches only us and we end it in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: this.#environment,
    });
    endsWithUs(child);
    const log = createWriteStream(join(this.#folder, 'drill.log'), { flags: 'a' });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    return child;
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await this.#serves())) {
      if (!this.isRunning) throw new Error(`it ended (${this.#process.exitCode})`);
      if (Date.now() > deadline) throw new Error(`no server was ready after ${START_LIMIT_MS} ms`);
      await sleep(20);
    }
  }

  async #serves(): Promise<boolean> {
    if (this.#options.supervised ?? true) return Boolean((await this.#state())?.url);
    if (!(await isReady(this.url))) return false;
    await this.#writeState();
    return true;
  }

  /** Stands in for the supervisor, so that faults find the process. */
  async #writeState(): Promise<void> {
    const { pid = 0 } = this.#process;
    const none = { standbyPid: null, redisPid: null, sidecarPid: null, sidecarStandbyPid: null };
    const state: SupervisorState = { ...none, pid, serverPid: pid, url: this.url };
    await mkdir(join(this.#folder, 'run'), { recursive: true });
    await writeFile(this.stateFile, JSON.stringify(state));
  }

  async #state(): Promise<SupervisorState | undefined> {
    try {
      return await supervisorState(this);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** The supervisor first: it must not notice what happens to its servers. */
  #signalAll(signal: NodeJS.Signals): readonly number[] {
    const { pid } = this.#process;
    if (!this.isRunning || pid === undefined) return [];
    const family = [pid, ...descendantsOf(pid)];
    for (const each of family) signalIfThere(each, signal);
    return family;
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false; // It does not listen yet.
  }
}

function killIfThere(pid: number | null): void {
  if (pid !== null) signalIfThere(pid, 'SIGKILL');
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, signal);
}
