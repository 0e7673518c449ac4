import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import { freePort } from '../../../ops/kit/freePort.ts';
import { ROOT } from '../../../ops/run/machine.ts';
import { programOf } from '../../../ops/run/programs.ts';
import type { FromSidecar, ToSidecar } from '../../../ops/run/supervision/messages.ts';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { silentLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { openTestPlane } from '../media/TestRoom.ts';
import { TestNode } from '../signaling/TestNode.ts';

const SECRET = 'a-sidecar-secret-of-at-least-32-characters';

/** A real set-up for reencoding: a node with its media, a Redis, and sidecars as separate processes. */
export class SidecarCell {
  readonly plane: MediaPlane;
  readonly redis: TestRedis;
  readonly recovery: Recovery;
  readonly #folder: string;
  readonly #place: { readonly nodeId: string; readonly port: number };
  readonly #sidecars: SidecarUnderTest[] = [];
  /** Names are not used again: the directory knows those of killed ones for a while. */
  #started = 0;
  #node: TestNode | null = null;

  private constructor(
    plane: MediaPlane,
    redis: TestRedis,
    recovery: Recovery,
    folder: string,
    place: { nodeId: string; port: number },
  ) {
    this.plane = plane;
    this.redis = redis;
    this.recovery = recovery;
    this.#folder = folder;
    this.#place = place;
  }

  /** Media listens at `ip`. */
  static async open(ip = '127.0.0.1'): Promise<SidecarCell> {
    const redis = await startTestRedis();
    const nodeId = randomUUID();
    const port = await freePort();
    const recovery = await createRecovery({
      redis: { url: redis.url },
      durability: { mode: 'async' },
      nodeId,
      clock: systemClock,
      logger: silentLogger,
    });
    const plane = await openTestPlane({
      listen: [{ ip }],
      nodeId,
      reencoding: { queue: recovery.reencodingQueue, nodeUrl: `http://127.0.0.1:${port}` },
    });
    const folder = await mkdtemp(join(tmpdir(), 'everroom-sidecar-'));
    const cell = new SidecarCell(plane, redis, recovery, folder, { nodeId, port });
    await cell.openChannel();
    return cell;
  }

  /** Opens a channel at the node's address. Another id stands for a restarted node. */
  async openChannel(nodeId = this.#place.nodeId): Promise<void> {
    if (!this.plane.reencoding) throw new Error('nothing is reencoded on this plane');
    this.#node = await TestNode.start({
      engine: 'uws',
      store: new InMemoryJournalStore(),
      nodeId,
      port: this.#place.port,
      media: this.plane,
      sidecars: {
        reencoding: this.plane.reencoding,
        secret: { reveal: () => SECRET },
        directory: this.recovery.sidecars,
      },
    });
  }

  /** Closes all channels; media continues. */
  async closeChannel(): Promise<void> {
    await this.#node?.close();
    this.#node = null;
  }

  /** Returns how many jobs sidecars hold. They lose jobs whose locks they do not renew. */
  async lockedJobs(): Promise<number> {
    const redis = new Redis(this.redis.options);
    try {
      return (await redis.keys('*:lock')).length;
    } finally {
      redis.disconnect();
    }
  }

  /** Listens at the node's address without a channel until sidecars have tried that many times in vain. */
  async refuses(attempts: number): Promise<void> {
    let refused = 0;
    const server = createServer((socket) => {
      refused += 1;
      socket.destroy();
    });
    await once(server.listen(this.#place.port, '127.0.0.1'), 'listening');
    try {
      await waitUntil(() => refused >= attempts || `${refused} of ${attempts} attempts were made`);
    } finally {
      server.close();
      await once(server, 'close');
    }
  }

  startSidecar(env: Record<string, string> = {}): SidecarUnderTest {
    const sidecar = new SidecarUnderTest({
      ...process.env,
      REDIS_URL: this.redis.url,
      SIDECAR_SECRET: SECRET,
      EVERROOM_DATA: this.#folder,
      NODE_NAME: `sidecar-${++this.#started}`,
      REENCODER_TRACKS: '4',
      ...env,
    });
    this.#sidecars.push(sidecar);
    return sidecar;
  }

  /** Ends all sidecars that still run. */
  async clear(): Promise<void> {
    await Promise.all(this.#sidecars.splice(0).map((sidecar) => sidecar.kill()));
  }

  async close(): Promise<void> {
    await this.clear();
    await this.closeChannel();
    await this.plane.close();
    await this.recovery.close();
    await this.redis.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A reencoder, started as an operator would. */
export class SidecarUnderTest {
  readonly #child: ChildProcess;
  readonly ended: Promise<number | string | null>;
  output = '';
  readonly #name: string;
  #standsBy = false;

  constructor(env: NodeJS.ProcessEnv) {
    this.#name = env.NODE_NAME ?? '';
    const supervised = env.EVERROOM_STANDBY ? (['ipc'] as const) : [];
    this.#child = spawn(process.execPath, [programOf(ROOT, 'reencoder')], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', ...supervised],
    });
    this.#child.on('message', ({ type }: FromSidecar) => {
      if (type === 'standing-by') this.#standsBy = true;
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve(signal ?? code));
    });
  }

  /** As the list of sidecars has it. */
  get name(): string {
    return this.#name;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Its track processes including the spare, oldest first. */
  get tracks(): number[] {
    return readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  }

  /** Resolves when it stands by, as a supervisor's with EVERROOM_STANDBY does, and has a track process loaded. */
  async standsBy(): Promise<void> {
    await waitUntil(() => (this.#standsBy && this.tracks.length > 0) || `it does not stand by: ${this.output}`);
  }

  /** Tells one that stands by to take jobs. */
  serve(): void {
    this.#child.send({ type: 'serve' } satisfies ToSidecar);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGKILL');
    await this.ended;
  }
}
