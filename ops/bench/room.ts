import type { Cleanup } from '../kit/cleanup.ts';
import type { LightPerson } from '../kit/clients/light/LightClient.ts';
import { type LightCrowd, startCrowd, untilFlowing } from '../kit/clients/light/startCrowd.ts';
import { pidsOfNodes, type ServerPids } from '../kit/deployment/CpuMeter.ts';
import { PrivateCluster } from '../kit/deployment/PrivateCluster.ts';
import { RoomApi } from '../kit/RoomApi.ts';
import { summarize } from '../kit/statistics.ts';
import type { BenchReport } from './Report.ts';
import { crowdWithMedia } from './room/crowdWithMedia.ts';
import { firstLimit, type Limit } from './room/firstLimit.ts';
import { type Load, LoadMeter } from './room/LoadMeter.ts';

const NODES = 3;
const PUBLISHERS = 12;
const PEOPLE = 1_000;
/** They come in such groups, each at one moment. */
const AT_ONCE = 100;
/** The load at rest is measured whenever this many more are there. */
const MEASURE_EVERY = 250;
/** After the thousand, more come until something gives way, or there are this many, or it takes too long. */
const MOST_PEOPLE = 1_500;
const LIMIT_MS = 180_000;
const CAPACITY = 2_000;
const TILE = { width: 320, height: 180 };

const MOST_CONSUMERS = 24;
const MOST_JOIN_MS = 1_500;

/** Nodes take everybody: the bench is to find what gives way, and not what admission control would prevent. */
const SETTINGS = { MAX_CONSUMERS: '0', BUSY_MS: '60000', DURABILITY: 'fsync' };

interface Step {
  readonly people: number;
  readonly joined: readonly number[];
  /** Null where it was not measured. */
  readonly load: Load | null;
}

/** Measures one room of a thousand on three nodes, and a crowd with media against bare mediasoup. */
export async function benchRoom(cleanup: Cleanup): Promise<BenchReport[]> {
  const cluster = await PrivateCluster.start({ nodes: NODES, workers: 1, supervised: false, settings: SETTINGS });
  cleanup.add(() => cluster.stop());
  const { steps, consumers, end } = await fill(cluster, cleanup);
  const media = await crowdWithMedia(cluster, cleanup);
  return [reportRoom(steps, consumers, end), media];
}

interface Filled {
  readonly steps: readonly Step[];
  /** The most that one viewer had. */
  readonly consumers: number;
  /** Why no more came. */
  readonly end: string;
}

async function fill(cluster: PrivateCluster, cleanup: Cleanup): Promise<Filled> {
  const room = await openRoom(cluster);
  const [publishers, viewers] = [startCrowd(), startCrowd()];
  cleanup.add(() => publishers.close());
  cleanup.add(() => viewers.close());
  try {
    // Both have loaded their program.
    await Promise.all([publishers.remote.statuses(), viewers.remote.statuses()]);
    await publishers.remote.enterAtOnce(await room.people(PUBLISHERS, 'talks'));
    await untilFlowing(publishers, ({ flowing }) => flowing === 2 * (PUBLISHERS - 1), 30_000);
    const pids = await pidsOfNodes(cluster);
    return await comeInGroups(room, viewers, pids, cluster.redis?.pid ?? null);
  } finally {
    await viewers.close();
    await publishers.close();
    await room.close();
  }
}

async function comeInGroups(
  room: BenchRoom,
  viewers: LightCrowd,
  nodes: readonly ServerPids[],
  redisPid: number | null,
): Promise<Filled> {
  const startedAt = performance.now();
  const steps: Step[] = [];
  let [count, consumers, end] = [PUBLISHERS, 0, `${MOST_PEOPLE} people are there, and nothing gave way`];
  while (count < MOST_PEOPLE) {
    const isLate = performance.now() - startedAt > LIMIT_MS;
    if (isLate) {
      end = `${LIMIT_MS / 1_000} s are over`;
      break;
    }
    // The last group of the thousand is a whole one.
    const size = count < PEOPLE - AT_ONCE ? Math.min(AT_ONCE, PEOPLE - AT_ONCE - count) : AT_ONCE;
    const people = await room.people(size, 'signals');
    const failure = await enterAll(viewers, people, 2 * PUBLISHERS);
    if (typeof failure === 'string') {
      end = `with ${count} there, ${size} more did not all get in: ${failure}`;
      break;
    }
    count += size;
    const mark = count % MEASURE_EVERY < size || count === PEOPLE;
    const load = mark ? await LoadMeter.measure(nodes, redisPid, viewers.pid) : null;
    steps.push({ people: count, joined: failure, load });
    process.stderr.write(`${count} people are in the room\n`);
    consumers = Math.max(consumers, ...(await viewers.remote.statuses()).map((status) => status.consumers));
    if (count > PEOPLE && summarize(failure).p99 > MOST_JOIN_MS) {
      end = `with ${count} people, ${AT_ONCE} at one moment take longer to join than ${MOST_JOIN_MS} ms (p99)`;
      break;
    }
  }
  return { steps, consumers, end };
}

/** Returns how long each took to join, in ms, or what went wrong. */
async function enterAll(
  viewers: LightCrowd,
  people: readonly LightPerson[],
  expected: number,
): Promise<number[] | string> {
  try {
    const startedAt = await viewers.remote.enterAtOnce(people);
    await untilFlowing(viewers, ({ consumers }) => consumers === expected, 60_000);
    const times = await viewers.remote.times(people.map(({ name }) => name));
    return times.flatMap(({ joined }) => (joined === null ? [] : [joined - startedAt]));
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}

interface BenchRoom {
  /** The next people, at all nodes in turn. */
  people(count: number, does: LightPerson['does']): Promise<LightPerson[]>;
  close(): Promise<void>;
}

async function openRoom({ nodes }: PrivateCluster): Promise<BenchRoom> {
  // Tokens are given out by all nodes: each gives only so many a second.
  const apis = nodes.map((node) => new RoomApi(node));
  const [first] = apis;
  if (!first) throw new Error('the cluster has no node');
  const roomId = await first.createRoom('Bench', CAPACITY);
  let next = 0;
  return {
    async people(count, does) {
      const numbers = Array.from({ length: count }, (_, index) => next + index);
      next += count;
      return Promise.all(
        numbers.map(async (number) => {
          const node = nodes[number % nodes.length];
          const api = apis[number % nodes.length];
          if (!node || !api) throw new Error('the cluster has no node');
          const name = `person-${number}`;
          const token = await api.joinToken(roomId, name);
          return { url: node.url, token, name, does, tiles: PUBLISHERS, tile: TILE, savesLayers: true };
        }),
      );
    },
    close: () => first.closeRoom(roomId),
  };
}

function reportRoom(steps: readonly Step[], consumers: number, end: string): BenchReport {
  const thousand = steps.find(({ people }) => people === PEOPLE);
  const limit = firstLimit(steps.flatMap(({ people, load }) => (load ? [{ people, load }] : [])));
  const joins = thousand ? summarize(thousand.joined) : null;
  return {
    bench: 'room',
    runs: 1,
    how:
      `One room on ${NODES} nodes, ${PUBLISHERS} of them send camera and microphone, people come in groups of ` +
      `${AT_ONCE}, each group at one moment, at all nodes in turn, and show the ${PUBLISHERS} in tiles of ` +
      `${TILE.width}×${TILE.height}. Real signaling; the server makes transports and consumers for everybody, but ` +
      'viewers do not connect to them, so that two cores suffice: what they would receive is in `bench -- people`. Join: ' +
      'ms from dialling to the answer with the room, of the group that came last. CPU at rest in % of one core: servers and ' +
      'workers of all nodes together. MB: the largest process of its kind. ' +
      `The end: ${end}. ${limitInWords(limit)}`,
    headings: [
      'people',
      'join p50',
      'join p99',
      'servers %',
      'busiest server %',
      'workers %',
      'redis %',
      'clients %',
      'server MB',
      'worker MB',
      'redis MB',
    ],
    rows: steps.flatMap(({ people, joined, load }) => {
      if (!load) return [];
      const { p50, p99 } = summarize(joined);
      const { servers, busiestServer, workers, redis, clients, megabytes } = load;
      const shares = [servers, busiestServer, workers, redis, clients].map((share) => 100 * share);
      return [[people, p50, p99, ...shares, megabytes.server, megabytes.worker, megabytes.redis]];
    }),
    targets: [
      { name: 'consumers a viewer', measured: consumers, limit: MOST_CONSUMERS, better: 'lower', unit: '' },
      {
        name: `${AT_ONCE} joining ${PEOPLE - AT_ONCE} at one moment`,
        measured: joins?.p99 ?? Number.POSITIVE_INFINITY,
        limit: MOST_JOIN_MS,
        better: 'lower',
        unit: 'ms p99',
      },
    ],
  };
}

function limitInWords(limit: Limit | null): string {
  if (!limit) return 'Too little was measured to say what breaks first.';
  const { what, people, perPerson } = limit;
  return (
    `At rest ${what} is the first to be full: one more person costs it ${perPerson.toFixed(0)} µs a second, so its ` +
    `core would be full with about ${people.toLocaleString('en-US')} people.`
  );
}
