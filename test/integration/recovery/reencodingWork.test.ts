import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Unavailable } from '../../../core/ports.ts';
import type { ReencodingJob } from '../../../core/reencoding/messages.ts';
import type { SidecarInfo } from '../../../core/reencoding/ports.ts';
import { createRecovery, type Recovery } from '../../../recovery/createRecovery.ts';
import { sidecarsKey } from '../../../recovery/keys.ts';
import { createReencodingWork, type ReencodingWorkplace } from '../../../recovery/reencoding/createReencodingWork.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { recordingLogger, silentLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';

const WORKER = fileURLToPath(new URL('../../setup/fixtures/reencodingWorker.ts', import.meta.url));

interface Event {
  readonly type: 'taken' | 'lost';
  readonly jobId: string;
  readonly attempt: number;
  readonly at: number;
}

/** A sidecar's end of the queue in a process of its own. */
class WorkerProcess {
  readonly events: Event[] = [];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (event: Event) => this.events.push({ ...event, at: Date.now() }));
  }

  static async start(url: string, sidecarId: string): Promise<WorkerProcess> {
    const child = fork(WORKER, [url, sidecarId], { execArgv: ['--disable-warning=ExperimentalWarning'] });
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', (code) => reject(new Error(`The worker ended with ${code}`)));
    });
    return new WorkerProcess(child);
  }

  send(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  async does(type: Event['type'], timeoutMs?: number): Promise<Event> {
    await waitUntil(() => this.events.some((event) => event.type === type) || `nothing was ${type}`, timeoutMs);
    const found = this.events.find((event) => event.type === type);
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

describe('jobs and what may happen to processes', () => {
  let server: TestRedis;
  let node: Recovery;
  let side: Redis;
  const workers: WorkerProcess[] = [];
  beforeAll(async () => {
    server = await startTestRedis({ appendfsync: 'always' });
    side = new Redis(server.options);
    side.on('error', () => {}); // Some tests kill the server.
    node = await createRecovery({
      redis: { url: server.url, commandTimeoutMs: 500 },
      durability: { mode: 'fsync' },
      nodeId: 'node-1',
      clock: systemClock,
      logger: silentLogger,
    });
  });
  afterAll(async () => {
    await node?.close();
    side?.disconnect();
    await server?.stop();
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) worker.send('SIGKILL');
    await side.flushall();
  });

  async function startWorker(sidecarId: string): Promise<WorkerProcess> {
    const worker = await WorkerProcess.start(server.url, sidecarId);
    workers.push(worker);
    return worker;
  }

  test('[R1] a worker that is killed loses its job to another within 3 s', async () => {
    const killed = await startWorker('sidecar-1');
    await node.reencodingQueue.add(JOB);
    const first = await killed.does('taken');
    const other = await startWorker('sidecar-2');
    await sleep(1_200); // Longer than a renewal: killed at any moment of it.
    const killedAt = Date.now();
    killed.send('SIGKILL');
    const second = await other.does('taken');
    expect(second.attempt).toBeGreaterThan(first.attempt);
    expect(second.at - killedAt).toBeLessThan(3_000);
  });

  test("a worker that stood still for 3 s hears at once that its job is another's, and does not take it back", async () => {
    const stopped = await startWorker('sidecar-1');
    await node.reencodingQueue.add(JOB);
    await stopped.does('taken');
    const other = await startWorker('sidecar-2');
    stopped.send('SIGSTOP');
    await sleep(3_000);
    expect(other.events).toHaveLength(1);
    const wokenAt = Date.now();
    stopped.send('SIGCONT');
    expect((await stopped.does('lost')).at - wokenAt).toBeLessThan(500);
    await sleep(2_500);
    expect(stopped.events.map(({ type }) => type)).toEqual(['taken', 'lost']);
    expect(other.events.map(({ type }) => type)).toEqual(['taken']);
  });

  test('a worker that stood still alone goes on with its job', async () => {
    const stopped = await startWorker('sidecar-1');
    await node.reencodingQueue.add(JOB);
    await stopped.does('taken');
    stopped.send('SIGSTOP');
    await sleep(3_000);
    stopped.send('SIGCONT');
    await startWorker('sidecar-2');
    await sleep(2_500);
    expect(workers.flatMap(({ events }) => events.map(({ type }) => type))).toEqual(['taken']);
  });

  test('[R1] a worker that dies while Redis is away loses nothing', async () => {
    const killed = await startWorker('sidecar-1');
    const other = await startWorker('sidecar-2');
    await node.reencodingQueue.add(JOB);
    await waitUntil(() => killed.events.length + other.events.length === 1 || 'nobody has the job');
    const [holder, idle] = killed.events.length === 1 ? [killed, other] : [other, killed];
    await server.kill();
    await expect(node.reencodingQueue.add(JOB)).rejects.toBeInstanceOf(Unavailable);
    holder.send('SIGKILL');
    await sleep(1_000);
    await server.start();
    const { attempt } = await idle.does('taken');
    expect(attempt).toBeGreaterThan(holder.events[0]?.attempt ?? Number.POSITIVE_INFINITY);
  });

  test.each([1_000, 3_000, 5_000])('Redis that is away for %i ms costs nobody a job that is alive', async (awayMs) => {
    const [one, two, idle] = [
      await startWorker('sidecar-1'),
      await startWorker('sidecar-2'),
      await startWorker('sidecar-3'),
    ];
    await node.reencodingQueue.add(JOB);
    await node.reencodingQueue.add({ ...JOB, jobId: 'job-2' });
    const all = () => [one, two, idle].flatMap(({ events }) => events);
    await waitUntil(() => all().length === 2 || 'not all jobs were given out');
    await server.kill();
    await sleep(awayMs);
    await server.start();
    await sleep(4_000);
    expect(all().map(({ type }) => type)).toEqual(['taken', 'taken']);
  });

  test('closing while Redis is away ends in bounded time', async () => {
    const logger = silentLogger;
    const options = { redis: { url: server.url }, sidecarId: 'sidecar-1', clock: systemClock, logger };
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
    await sleep(2_500);
    const startedAt = Date.now();
    done();
    await place.work.close();
    await place.close();
    expect(Date.now() - startedAt).toBeLessThan(8_000);
    await server.start();
  });

  test('Redis that hangs for 4 s costs nobody a job that is alive', async () => {
    const [one, two] = [await startWorker('sidecar-1'), await startWorker('sidecar-2')];
    await node.reencodingQueue.add(JOB);
    await node.reencodingQueue.add({ ...JOB, jobId: 'job-2' });
    await Promise.all([one.does('taken'), two.does('taken')]);
    server.pause();
    await sleep(4_000);
    server.resume();
    await sleep(3_000);
    const lost = [one, two].flatMap(({ events }) => events.filter(({ type }) => type === 'lost'));
    expect(lost).toEqual([]);
  });

  test('nothing that BullMQ says reaches the console, whatever Redis is like', async () => {
    const said: string[] = [];
    const { error, warn } = console;
    const listen = (...words: unknown[]): void => void said.push(words.join(' '));
    Object.assign(console, { error: listen, warn: listen });
    const evicting = await startTestRedis({ settings: { maxmemory: '64mb', 'maxmemory-policy': 'volatile-lru' } });
    try {
      const logger = recordingLogger();
      const options = { redis: { url: evicting.url }, sidecarId: 'sidecar-1', clock: systemClock, logger };
      const place = await createReencodingWork(options);
      place.work.start(async () => {});
      place.work.setConcurrency(1);
      await sleep(300);
      await evicting.restart();
      await sleep(300);
      await place.work.close();
      await place.close();
      expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
      expect(said).toEqual([]);
    } finally {
      Object.assign(console, { error, warn });
      await evicting.stop();
    }
  });

  test('a sidecar whose Redis does not serve says so and starts not at all', async () => {
    const options = { sidecarId: 'sidecar-1', clock: systemClock, logger: silentLogger, startTimeoutMs: 200 };
    await expect(createReencodingWork({ redis: { url: 'unix:///nonexistent.sock' }, ...options })).rejects.toThrow(
      'Could not reach Redis',
    );
    await expect(createReencodingWork({ redis: { url: 'http://x' }, ...options })).rejects.toThrow(TypeError);
  });
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
      redis: { url: server.url, commandTimeoutMs: 500 },
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

  test('shows who lives as they describe themselves now, and nobody who has stopped', async () => {
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

  test('forgets who went without a word, and comes back after Redis lost everything', async () => {
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
