import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { Unavailable } from '../../../core/ports.ts';
import type { ReencodingJob } from '../../../core/reencoding/messages.ts';
import type { SidecarInfo } from '../../../core/reencoding/ports.ts';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import { reencodingPrefix, sidecarsKey } from '../../../recovery/keys.ts';
import { createReencodingWork, type ReencodingWorkplace } from '../../../recovery/reencoding/createReencodingWork.ts';
import { LOCK_MS, QUEUE_NAME } from '../../../recovery/reencoding/storedJob.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { recordingLogger, silentLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { lockLeftMs, renewed } from './jobLock.ts';

const WORKER = fileURLToPath(new URL('../../setup/fixtures/reencodingWorker.ts', import.meta.url));

interface Event {
  readonly type: 'taken' | 'lost';
  readonly jobId: string;
  readonly attempt: number;
}

/** A sidecar's end of the queue in a separate process. */
class WorkerProcess {
  readonly events: Event[] = [];
  readonly #child: ChildProcess;
  #isReady = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message: Event | { type: 'ready' }) => {
      if (message.type === 'ready') this.#isReady = true;
      else this.events.push(message);
    });
  }

  static start(url: string, sidecarId: string): WorkerProcess {
    return new WorkerProcess(fork(WORKER, [url, sidecarId], { execArgv: ['--disable-warning=ExperimentalWarning'] }));
  }

  /** Resolves once it looks for jobs. */
  async ready(): Promise<void> {
    await waitUntil(() => {
      if (this.#child.exitCode !== null) throw new Error(`The worker ended with ${this.#child.exitCode}`);
      return this.#isReady || 'the worker is not ready';
    }, START_LIMIT_MS);
  }

  send(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** SIGKILL, and waits for the end. */
  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.send('SIGKILL');
    await ended;
  }

  /** Lines such as `taken job-1`, oldest first. */
  get told(): string[] {
    return this.events.map(({ type, jobId }) => `${type} ${jobId}`);
  }

  async does(type: Event['type'], jobId: string): Promise<Event> {
    const find = (): Event | undefined => this.events.find((event) => event.type === type && event.jobId === jobId);
    await waitUntil(() => find() !== undefined || `not ${type} ${jobId}, but ${this.told}`);
    const found = find();
    if (!found) throw new Error('cannot be');
    return found;
  }
}

const JOB: ReencodingJob = {
  jobId: 'job-1',
  roomId: 'standup',
  participantId: 'ann',
  trackId: 'camera',
  nodeId: 'node-1',
  nodeUrl: 'http://127.0.0.1:3000',
};

/** A process that loads BullMQ takes a while beside others. */
const START_LIMIT_MS = 90_000;
/** How long a worker must stand still, or Redis be away, to lose the lock of a job for certain. */
const LOCK_ENDS_MS = 1.5 * LOCK_MS;

/** Each test has its own Redis, with one node. */
interface World {
  readonly server: TestRedis;
  readonly node: Recovery;
  /** Reads Redis directly, without the node. */
  readonly side: Redis;
  readonly workers: readonly WorkerProcess[];
  startWorker(sidecarId: string): Promise<WorkerProcess>;
  /** The events of jobs, in the order of the workers: `taken job-1`. */
  told(): string[];
}

async function startWorld({ onTestFinished }: TestContext): Promise<World> {
  const server = await startTestRedis({ appendfsync: 'always' });
  const side = new Redis(server.options);
  side.on('error', () => {}); // Some tests kill the server.
  const workers: WorkerProcess[] = [];
  const node = await createRecovery({
    redis: { url: server.url, commandTimeoutMs: 1_500 },
    durability: { mode: 'fsync' },
    nodeId: 'node-1',
    clock: systemClock,
    logger: silentLogger,
  });
  onTestFinished(async () => {
    for (const worker of workers) worker.send('SIGKILL');
    await node.close();
    side.disconnect();
    await server.stop();
  });
  return {
    server,
    node,
    side,
    workers,
    async startWorker(sidecarId) {
      const worker = WorkerProcess.start(server.url, sidecarId);
      workers.push(worker);
      await worker.ready();
      return worker;
    },
    told: () => workers.flatMap(({ events }) => events.map(({ type, jobId }) => `${type} ${jobId}`)),
  };
}

describe('jobs and what may happen to processes', () => {
  test('[R1] a worker that is killed loses its job to another as soon as its lock ends', async (context) => {
    const { node, side, startWorker, told } = await startWorld(context);
    const killed = await startWorker('sidecar-1');
    await node.reencodingQueue.add(JOB);
    const first = await killed.does('taken', JOB.jobId);
    const other = await startWorker('sidecar-2');
    await renewed(side, JOB.jobId); // Killed at any moment between two renewals.
    await killed.kill();
    expect(await lockLeftMs(side, JOB.jobId)).toBeLessThanOrEqual(LOCK_MS);
    const second = await other.does('taken', JOB.jobId);
    expect(second.attempt).toBeGreaterThan(first.attempt);
    expect(told()).toEqual(['taken job-1', 'taken job-1']);
  });

  test('a worker that stood still keeps its job while no other is idle, and else hears that it is lost', async (context) => {
    const { node, side, startWorker } = await startWorld(context);
    const stopped = await startWorker('sidecar-1');
    await node.reencodingQueue.add(JOB);
    await stopped.does('taken', JOB.jobId);
    stopped.send('SIGSTOP');
    await waitUntil(async () => (await lockLeftMs(side, JOB.jobId)) < 0 || 'its lock has not ended');
    stopped.send('SIGCONT');
    const other = await startWorker('sidecar-2');
    await renewed(side, JOB.jobId);
    await node.reencodingQueue.add({ ...JOB, jobId: 'job-2' });
    await other.does('taken', 'job-2');
    await renewed(side, JOB.jobId, 'job-2');
    expect([stopped.told, other.told]).toEqual([['taken job-1'], ['taken job-2']]);

    const third = await startWorker('sidecar-3');
    stopped.send('SIGSTOP');
    await third.does('taken', JOB.jobId);
    stopped.send('SIGCONT');
    await stopped.does('lost', JOB.jobId);
    // The other workers have no room for a second job.
    await node.reencodingQueue.add({ ...JOB, jobId: 'job-3' });
    await stopped.does('taken', 'job-3');
    expect(stopped.told).toEqual(['taken job-1', 'lost job-1', 'taken job-3']);
    expect([other.told, third.told]).toEqual([['taken job-2'], ['taken job-1']]);
  });

  test('[R1] a worker that dies while Redis is away loses nothing', async (context) => {
    const { node, server, startWorker } = await startWorld(context);
    const killed = await startWorker('sidecar-1');
    const other = await startWorker('sidecar-2');
    await node.reencodingQueue.add(JOB);
    await waitUntil(() => killed.events.length + other.events.length === 1 || 'nobody has the job');
    const [holder, idle] = killed.events.length === 1 ? [killed, other] : [other, killed];
    await server.kill();
    await expect(node.reencodingQueue.add(JOB)).rejects.toBeInstanceOf(Unavailable);
    await holder.kill();
    await server.start();
    const { attempt } = await idle.does('taken', JOB.jobId);
    expect(attempt).toBeGreaterThan(holder.events[0]?.attempt ?? Number.POSITIVE_INFINITY);
  });

  /**
   * Two of three workers have a job while Redis is away. Afterwards nobody has lost one, and the third gets the next.
   */
  async function awayWhileTwoWork(context: TestContext, goAway: (world: World) => Promise<void>): Promise<void> {
    const world = await startWorld(context);
    const { node, side, startWorker, told } = world;
    for (const id of ['sidecar-1', 'sidecar-2', 'sidecar-3']) await startWorker(id);
    await node.reencodingQueue.add(JOB);
    await node.reencodingQueue.add({ ...JOB, jobId: 'job-2' });
    await waitUntil(() => told().length === 2 || 'not all jobs were given out');
    await goAway(world);
    await renewed(side, 'job-1', 'job-2');
    await waitUntil(() => node.journal.available || 'Redis is not available again');
    await node.reencodingQueue.add({ ...JOB, jobId: 'job-3' });
    await waitUntil(() => told().includes('taken job-3') || 'the third job was not given out');
    // Everybody has looked for jobs of silent workers twice since.
    await renewed(side, 'job-1', 'job-2', 'job-3');
    await renewed(side, 'job-1', 'job-2', 'job-3');
    expect(told().sort()).toEqual(['taken job-1', 'taken job-2', 'taken job-3']);
  }

  test('Redis that is away until all locks have ended costs nobody a job that is alive', async (context) => {
    await awayWhileTwoWork(context, async ({ server }) => {
      await server.kill();
      await sleep(LOCK_ENDS_MS);
      await server.start();
    });
  });

  test('no worker loses a live job when Redis hangs until all locks have ended', async (context) => {
    await awayWhileTwoWork(context, async ({ server }) => {
      server.pause();
      await sleep(LOCK_ENDS_MS);
      server.resume();
    });
  });

  test('a look for silent workers that Redis executes after a hang takes nobody a live job', async (context) => {
    const { node, server, side, startWorker, told } = await startWorld(context);
    const holder = await startWorker('sidecar-1');
    await node.reencodingQueue.add(JOB);
    await holder.does('taken', JOB.jobId);
    await startWorker('sidecar-2');
    const suspects = `${reencodingPrefix()}:${QUEUE_NAME}:stalled`;
    await renewed(side, JOB.jobId);
    // Its renewal does not wait in Redis's socket; the other worker's look does.
    holder.send('SIGSTOP');
    await waitUntil(async () => (await side.sismember(suspects, JOB.jobId)) === 1 || 'nobody looked');
    server.pause();
    await sleep(LOCK_ENDS_MS);
    server.resume();
    await side.ping();
    await side.ping();
    holder.send('SIGCONT');
    await renewed(side, JOB.jobId);
    await renewed(side, JOB.jobId);
    expect(told()).toEqual(['taken job-1']);
  });

  test('closing a workplace ends while Redis is away', async (context) => {
    const { node, server } = await startWorld(context);
    const options = { redis: { url: server.url }, sidecarId: 'sidecar-1', clock: systemClock, logger: silentLogger };
    const place = await createReencodingWork(options);
    await node.reencodingQueue.add(JOB);
    let taken = false;
    let done: () => void = () => {};
    place.work.start(() => {
      taken = true;
      return new Promise((resolve) => {
        done = resolve;
      });
    });
    place.work.setConcurrency(2);
    await waitUntil(() => taken || 'nothing was taken');
    await server.kill();
    await expect(node.reencodingQueue.add(JOB)).rejects.toBeInstanceOf(Unavailable);
    done();
    await place.work.close();
    await place.close();
    // Closing did not wait for this.
    await server.start();
  });

  test('a sidecar whose Redis does not serve says so and does not start', async () => {
    const options = { sidecarId: 'sidecar-1', clock: systemClock, logger: silentLogger, startTimeoutMs: 200 };
    await expect(createReencodingWork({ redis: { url: 'unix:///nonexistent.sock' }, ...options })).rejects.toThrow(
      'Could not reach Redis',
    );
    await expect(createReencodingWork({ redis: { url: 'http://x' }, ...options })).rejects.toThrow(TypeError);
  });
});

test('BullMQ writes nothing to the console, whatever the state of Redis', async () => {
  const said: string[] = [];
  const { error, warn } = console;
  const listen = (...words: unknown[]): void => void said.push(words.join(' '));
  Object.assign(console, { error: listen, warn: listen });
  const evicting = await startTestRedis({ settings: { maxmemory: '64mb', 'maxmemory-policy': 'volatile-lru' } });
  const side = new Redis(evicting.options);
  side.on('error', () => {}); // The server is killed.
  const worksThere = (): Promise<void> =>
    waitUntil(
      async () => /cmd=b(zpopmin|rpop)/u.test(String(await side.client('LIST'))) || 'the worker does not wait for jobs',
    );
  try {
    const logger = recordingLogger();
    const options = { redis: { url: evicting.url }, sidecarId: 'sidecar-1', clock: systemClock, logger };
    const place = await createReencodingWork(options);
    place.work.start(async () => {});
    place.work.setConcurrency(1);
    await worksThere();
    await evicting.restart();
    await worksThere();
    await place.work.close();
    await place.close();
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(said).toEqual([]);
  } finally {
    Object.assign(console, { error, warn });
    side.disconnect();
    await evicting.stop();
  }
});

describe('the directory of sidecars', () => {
  let server: TestRedis;
  let side: Redis;
  let node: Recovery;
  const places: ReencodingWorkplace[] = [];
  beforeAll(async () => {
    server = await startTestRedis();
    side = new Redis(server.options);
    side.on('error', () => {}); // A test kills the server.
    node = await createRecovery({
      redis: { url: server.url, commandTimeoutMs: 1_500 },
      durability: { mode: 'async' },
      nodeId: 'node-1',
      clock: systemClock,
      logger: silentLogger,
    });
  });
  afterEach(async () => {
    for (const place of places.splice(0)) {
      await place.directory.stop();
      await place.work.close();
      await place.close();
    }
  });
  afterAll(async () => {
    await node?.close();
    side?.disconnect();
    await server?.stop();
  });

  const infoOf = (sidecarId: string, changes: Partial<SidecarInfo> = {}): SidecarInfo => ({
    sidecarId,
    name: 'box',
    startedAt: 1,
    draining: false,
    engine: 'libav',
    outputs: ['VP8', 'H264'],
    reason: null,
    tracks: 0,
    capacity: 4,
    ...changes,
  });

  async function join(sidecarId: string): Promise<ReencodingWorkplace> {
    const options = { redis: { url: server.url }, sidecarId, clock: systemClock, logger: silentLogger };
    const place = await createReencodingWork(options);
    places.push(place);
    return place;
  }

  test('the directory shows living sidecars with their current descriptions, and no stopped ones', async () => {
    const one = await join('sidecar-1');
    const two = await join('sidecar:{2}');
    let draining = false;
    await one.directory.start(() => infoOf('sidecar-1', { draining }));
    const broken = infoOf('sidecar:{2}', { engine: null, outputs: [], reason: 'no engine is installed' });
    await two.directory.start(() => broken);
    const byId = async () => new Map((await node.sidecars.sidecars()).map((info) => [info.sidecarId, info]));
    const expected = [infoOf('sidecar-1'), broken].map((info): [string, SidecarInfo] => [info.sidecarId, info]);
    expect(await byId()).toEqual(new Map(expected));
    draining = true;
    await waitUntil(async () => (await byId()).get('sidecar-1')?.draining === true || 'the change is not seen');
    await one.directory.stop();
    expect(await node.sidecars.sidecars()).toEqual([broken]);
  });

  test('the directory forgets vanished sidecars, and recovers after Redis lost everything', async () => {
    await side.zadd(sidecarsKey(), Date.now() - 10_000, 'gone-1');
    await side.zadd(sidecarsKey(), Date.now() - 60_000, 'gone-2');
    const place = await join('sidecar-1');
    await place.directory.start(() => infoOf('sidecar-1'));
    expect(await node.sidecars.sidecars()).toEqual([infoOf('sidecar-1')]);
    expect(await side.zrange(sidecarsKey(), '0', '-1')).toEqual(['gone-1', 'sidecar-1']);
    await side.flushall();
    await waitUntil(async () => (await node.sidecars.sidecars()).length === 1 || 'it did not come back');
    await server.kill();
    await expect(node.sidecars.sidecars()).rejects.toBeInstanceOf(Unavailable);
    await server.start();
    await waitUntil(async () => (await node.sidecars.sidecars()).length === 1 || 'it did not come back');
  });
});
