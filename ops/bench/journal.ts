import { randomUUID } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Journal } from '../../core/ports.ts';
import { type Commit, ORIGIN, type Position } from '../../core/room/commit.ts';
import { encodeCommit } from '../../recovery/journal/codec.ts';
import type { Durability } from '../../recovery/journal/durability.ts';
import type { Cleanup } from '../kit/cleanup.ts';
import { freePort } from '../kit/freePort.ts';
import { PrivateRedis } from '../kit/PrivateRedis.ts';
import { median, percentile } from '../kit/statistics.ts';
import { openJournal } from './openJournal.ts';
import type { BenchReport } from './Report.ts';
import { hostRoomWithoutMedia } from './roomWithoutMedia.ts';

const RUNS = 3;
const WARM_UP_MS = 200;
const MEASURE_MS = 1_000;

interface Figures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

interface Setup {
  readonly mode: Durability['mode'];
  readonly journal: Journal;
  readonly raw: Redis;
}

/** The loads for each durability. `inFlight`: how many appends or commands run at once. */
interface Load {
  readonly name: string;
  readonly inFlight: number;
  start(setup: Setup): Promise<(worker: number) => Promise<unknown>>;
}

const LOADS: readonly Load[] = [
  { name: 'append', inFlight: 1, start: appendToManyRooms },
  { name: 'raw XADD', inFlight: 1, start: addToStreams },
  { name: 'append, 50 rooms', inFlight: 50, start: appendToManyRooms },
  { name: 'raw XADD, 50 streams', inFlight: 50, start: addToStreams },
  { name: 'commands in one room', inFlight: 50, start: postChatInOneRoom },
  { name: 'commands in one room', inFlight: 500, start: postChatInOneRoom },
];

/** Measures appends to the journal for each durability, beside plain XADD of the same bytes on the same server. */
export async function benchJournal(cleanup: Cleanup): Promise<BenchReport> {
  const setups = [await setUp('fsync', cleanup), await setUp('async', cleanup), await setUp('replica', cleanup)];
  const figures = new Map<string, Figures[]>();
  for (let run = 0; run < RUNS; run += 1) {
    for (const setup of setups) {
      for (const load of LOADS) {
        const key = keyOf(setup, load);
        figures.set(key, [...(figures.get(key) ?? []), await measure(load, setup)]);
      }
    }
  }
  const typical = (setup: Setup, load: Load): Figures => medianOf(figures.get(keyOf(setup, load)) ?? []);
  const rows = setups.flatMap((setup) =>
    LOADS.map((load) => {
      const { perSecond, p50, p99 } = typical(setup, load);
      const raw = LOADS.find(({ name, inFlight }) => name.startsWith('raw') && inFlight === load.inFlight);
      const ratio = raw && raw !== load ? perSecond / typical(setup, raw).perSecond : Number.NaN;
      return [setup.mode, load.name, load.inFlight, perSecond, p50, p99, ratio];
    }),
  );
  const [fsync] = setups;
  const oneRoom = LOADS.at(-1);
  return {
    bench: 'journal',
    runs: RUNS,
    how:
      `Commits of one chat message each (about ${recordBytes()} bytes) on private redis-servers over unix sockets, ` +
      `data in ${tmpdir()} (file system 0x${statfsSync(tmpdir()).type.toString(16)}). ` +
      `Medians of ${RUNS} runs of ${MEASURE_MS} ms, loads in turn. ` +
      '"raw": plain XADD of the same bytes by ioredis (with WAIT 1 for replica), no check, no feed.',
    headings: ['durability', 'load', 'in flight', 'per s', 'p50 ms', 'p99 ms', 'of raw'],
    rows,
    targets:
      fsync && oneRoom
        ? [
            {
              name: 'fsync, commands in one room',
              measured: typical(fsync, oneRoom).perSecond,
              limit: 2_000,
              better: 'higher',
              unit: '/s',
            },
          ]
        : [],
  };
}

async function setUp(mode: Durability['mode'], cleanup: Cleanup): Promise<Setup> {
  const port = mode === 'replica' ? await freePort() : undefined;
  const redis = await PrivateRedis.start({
    appendfsync: mode === 'fsync' ? 'always' : 'everysec',
    ...(port === undefined ? {} : { port }),
  });
  cleanup.add(() => redis.stop());
  if (port !== undefined) {
    const replica = await PrivateRedis.start({ appendfsync: 'everysec', replicaOfPort: port });
    cleanup.add(() => replica.stop());
  }
  const raw = new Redis({ path: redis.socketPath });
  cleanup.add(() => raw.disconnect());
  if (mode === 'replica') await replicaInStep(raw);
  const durability: Durability = mode === 'replica' ? { mode, replicas: 1 } : { mode };
  return { mode, journal: await openJournal(redis, durability, cleanup), raw };
}

async function replicaInStep(master: Redis): Promise<void> {
  const deadline = Date.now() + 20_000;
  while ((await master.wait(1, 100)) < 1 || !/slave0:.*state=online/.test(await master.info('replication'))) {
    if (Date.now() > deadline) throw new Error('the replica does not catch up with its master');
    await sleep(50);
  }
}

/** One chain of appends for each in flight, each in its own room. */
async function appendToManyRooms({ journal }: Setup): Promise<(worker: number) => Promise<void>> {
  const ends = new Map<number, Position>();
  const rooms = new Map<number, string>();
  return async (worker) => {
    const after = ends.get(worker) ?? ORIGIN;
    const room = rooms.get(worker) ?? randomUUID();
    rooms.set(worker, room);
    const commit = chatCommit(after);
    const outcome = await journal.append(room, [commit], after);
    if (outcome.type !== 'appended') throw new Error(`an append to a room of one writer came out ${outcome.type}`);
    ends.set(worker, { version: commit.version, commitId: commit.commitId });
  };
}

async function addToStreams({ mode, raw }: Setup): Promise<(worker: number) => Promise<unknown>> {
  const streams = new Map<number, string>();
  return async (worker) => {
    const stream = streams.get(worker) ?? `raw:${randomUUID()}`;
    streams.set(worker, stream);
    const { commitId, prev, record } = encodeCommit(chatCommit(ORIGIN));
    const added = raw.xadd(stream, '*', 'commit', commitId, 'prev', prev, 'record', record);
    if (mode !== 'replica') return added;
    const [, replicas] = await Promise.all([added, raw.wait(1, 1_000)]);
    if (replicas < 1) throw new Error('the replica did not answer in time');
    return replicas;
  };
}

/** Many commands at once in one room, which share appends. */
async function postChatInOneRoom({ journal }: Setup): Promise<(worker: number) => Promise<unknown>> {
  const nodeId = 'bench';
  const host = hostRoomWithoutMedia(randomUUID(), nodeId, journal);
  const envelope = (): { commandId: string; now: number } => ({ commandId: randomUUID(), now: Date.now() });
  const actor = { kind: 'node', nodeId } as const;
  const settings = { name: 'bench', capacity: 10, graceMs: 20_000, lobby: false, passwordHash: null };
  await host.handle({ type: 'CreateRoom', ...settings, actor: { kind: 'operator' }, ...envelope() });
  const joined = await host.handle({
    type: 'JoinRoom',
    participantId: 'ann',
    name: 'Ann',
    role: 'member',
    nodeId,
    passwordVerifiedFor: null,
    actor,
    ...envelope(),
  });
  const session = joined.state.participants.get('ann')?.session ?? 0;
  return () =>
    host.handle({
      type: 'PostChat',
      messageId: randomUUID(),
      text: TEXT,
      actor: { kind: 'participant', participantId: 'ann', session },
      ...envelope(),
    });
}

async function measure(load: Load, setup: Setup): Promise<Figures> {
  const once = await load.start(setup);
  const latencies: number[] = [];
  const from = performance.now() + WARM_UP_MS;
  const until = from + MEASURE_MS;
  const repeat = async (worker: number): Promise<void> => {
    for (let startedAt = performance.now(); startedAt < until; startedAt = performance.now()) {
      await once(worker);
      const endedAt = performance.now();
      if (endedAt >= from && endedAt < until) latencies.push(endedAt - startedAt);
    }
  };
  await Promise.all(Array.from({ length: load.inFlight }, (_, worker) => repeat(worker)));
  return {
    perSecond: (1_000 * latencies.length) / MEASURE_MS,
    p50: percentile(latencies, 50),
    p99: percentile(latencies, 99),
  };
}

const TEXT = 'The quick brown fox jumps over the lazy dog, and everybody in the room reads of it.';

function chatCommit(after: Position): Commit {
  const at = Date.now();
  const actor = { kind: 'participant', participantId: 'ann', session: 7 } as const;
  return {
    version: after.version + 1,
    commitId: randomUUID(),
    prev: after.commitId,
    commandId: randomUUID(),
    actor,
    at,
    events: [{ type: 'ChatPosted', messageId: randomUUID(), participantId: 'ann', name: 'Ann', text: TEXT, at }],
  };
}

function recordBytes(): number {
  return encodeCommit(chatCommit(ORIGIN)).record.length;
}

function keyOf({ mode }: Setup, { name, inFlight }: Load): string {
  return `${mode} ${name} ${inFlight}`;
}

function medianOf(figures: readonly Figures[]): Figures {
  return {
    perSecond: median(figures.map(({ perSecond }) => perSecond)),
    p50: median(figures.map(({ p50 }) => p50)),
    p99: median(figures.map(({ p99 }) => p99)),
  };
}
