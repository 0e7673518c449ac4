import type { Cleanup } from '../kit/cleanup.ts';
import type { LightPerson } from '../kit/clients/light/LightClient.ts';
import { type LightCrowd, startCrowd, untilFlowing } from '../kit/clients/light/startCrowd.ts';
import { pidsOfNodes } from '../kit/deployment/CpuMeter.ts';
import { PrivateCluster } from '../kit/deployment/PrivateCluster.ts';
import { RoomApi } from '../kit/RoomApi.ts';
import { summarize } from '../kit/statistics.ts';
import { waitUntilNothingMissing } from '../kit/waitUntil.ts';
import type { BenchReport } from './Report.ts';
import { crowdWithMedia } from './room/crowdWithMedia.ts';
import { firstLimit, type Limit } from './room/firstLimit.ts';
import { type Load, LoadMeter, ownShare, type Processes } from './room/LoadMeter.ts';

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
const IN_LIMIT_MS = 60_000;

const MOST_CONSUMERS = 24;
const MOST_JOIN_MS = 1_500;

/** Nodes take everybody: the bench is to find what gives way, and not what admission control would prevent. */
const SETTINGS = { MAX_CONSUMERS: '0', BUSY_MS: '60000', DURABILITY: 'fsync' };

interface Step {
  readonly people: number;
  readonly joined: readonly number[];
  /** The part of the CPU time that the clients used while these came in. */
  readonly ownShare: number;
  /** Null where it was not measured. */
  readonly load: Load | null;
}

/** Measures one room of a thousand on three nodes, and a crowd with media against bare mediasoup. */
export async function benchRoom(cleanup: Cleanup): Promise<BenchReport[]> {
  const cluster = await PrivateCluster.start({ nodes: NODES, workers: 1, supervised: false, settings: SETTINGS });
  cleanup.add(() => cluster.stop());
  const { steps, consumers, end } = await fill(cluster, cleanup);
  // The report comes after the crowd, which may fail.
  process.stderr.write(`the end: ${end}\n`);
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
  const crowds = { publishers: startCrowd(), witnesses: startCrowd(), viewers: startCrowd() };
  const all = Object.values(crowds);
  for (const crowd of all) cleanup.add(() => crowd.close());
  try {
    // They have loaded their program.
    await Promise.all(all.map(({ remote }) => remote.statuses()));
    const { publishers, witnesses } = crowds;
    await publishers.remote.enterAtOnce(await room.people(PUBLISHERS, 'speaks'));
    await witnesses.remote.enterAtOnce(await room.people(NODES, 'receives'));
    await untilFlowing(witnesses, ({ flowing }) => flowing === 2 * PUBLISHERS, IN_LIMIT_MS);
    const processes = {
      nodes: await pidsOfNodes(cluster),
      redis: cluster.redis ? [cluster.redis.pid] : [],
      own: [process.pid, ...all.map(({ pid }) => pid)],
    };
    return await comeInGroups(room, crowds, processes);
  } finally {
    await Promise.all(all.map((crowd) => crowd.close()));
    await room.close();
  }
}

interface Crowds {
  readonly publishers: LightCrowd;
  /** One at each node, who receives everything for real. */
  readonly witnesses: LightCrowd;
  readonly viewers: LightCrowd;
}

async function comeInGroups(room: BenchRoom, crowds: Crowds, processes: Processes): Promise<Filled> {
  const startedAt = performance.now();
  const steps: Step[] = [];
  let [count, consumers, end] = [PUBLISHERS + NODES, 0, `${MOST_PEOPLE} people are there, and nothing gave way`];
  while (count < MOST_PEOPLE) {
    const isLate = performance.now() - startedAt > LIMIT_MS;
    if (isLate) {
      end = `${LIMIT_MS / 1_000} s are over`;
      break;
    }
    // The last group of the thousand is a whole one.
    const size = count < PEOPLE - AT_ONCE ? Math.min(AT_ONCE, PEOPLE - AT_ONCE - count) : AT_ONCE;
    const people = await room.people(size, 'signals');
    const share = ownShare(processes);
    const outcome = await enterAll(crowds, people, 2 * PUBLISHERS);
    if (typeof outcome === 'string') {
      end = `with ${count} there, ${size} more did not all get in: ${outcome}`;
      break;
    }
    const { joined, most } = outcome;
    count += size;
    consumers = Math.max(consumers, most);
    const mark = count % MEASURE_EVERY < size || count === PEOPLE;
    steps.push({
      ...{ people: count, joined, ownShare: share() },
      load: mark ? await LoadMeter.measure(processes) : null,
    });
    const { p99 } = summarize(joined);
    process.stderr.write(`${count} people are in the room; the last ${size} needed ${Math.round(p99)} ms (p99)\n`);
    if (count > PEOPLE && p99 > MOST_JOIN_MS) {
      end = `with ${count} people, ${AT_ONCE} at one moment take longer to join than ${MOST_JOIN_MS} ms (p99)`;
      break;
    }
  }
  return { steps, consumers, end };
}

/** Returns how long each took to join, in ms, and the most consumers that one has; or what went wrong. */
async function enterAll(
  crowds: Crowds,
  people: readonly LightPerson[],
  expected: number,
): Promise<{ readonly joined: number[]; readonly most: number } | string> {
  const { viewers } = crowds;
  try {
    const startedAt = await viewers.remote.enterAtOnce(people);
    let most = 0;
    await waitUntilNothingMissing(
      'people lack consumers',
      async () => {
        const failure = await failureIn(crowds);
        if (failure !== null) throw new Error(failure);
        const { waiting, first, most: mostNow } = await viewers.remote.consuming(expected);
        most = mostNow;
        return first && `${waiting} wait; ${first.name} has ${first.consumers} of ${expected}`;
      },
      IN_LIMIT_MS,
    );
    await untilFlowing(crowds.witnesses, ({ flowing }) => flowing === expected, IN_LIMIT_MS);
    const times = await viewers.remote.times(people.map(({ name }) => name));
    return { joined: times.flatMap(({ joined }) => (joined === null ? [] : [joined - startedAt])), most };
  } catch (error) {
    const known = await failureIn(crowds).catch(() => null);
    return known ?? (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

/** Returns what went wrong with the first who failed; null if nobody has. */
async function failureIn({ publishers, witnesses, viewers }: Crowds): Promise<string | null> {
  for (const crowd of [publishers, witnesses, viewers]) {
    const failure = await crowd.remote.failure();
    if (failure !== null) return failure;
  }
  return null;
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
      'viewers do not connect to them, so that two cores suffice: what they would receive is in `bench -- people`. One at ' +
      'each node receives everything. Join: ms from dialling to the answer with the room, of the group that came last. ' +
      'CPU at rest in % of one core: servers and workers of all nodes together. "clients, joining": what part of the ' +
      'CPU time the clients used while that group came in. MB: the largest process of its kind. ' +
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
      'clients, joining %',
      'server MB',
      'worker MB',
      'redis MB',
    ],
    rows: steps.flatMap(({ people, joined, load, ownShare }) => {
      if (!load) return [];
      const { p50, p99 } = summarize(joined);
      const { servers, busiestServer, workers, redis, clients, megabytes } = load;
      const shares = [servers, busiestServer, workers, redis, clients, ownShare].map((share) => 100 * share);
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
