import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Cleanup } from '../kit/cleanup.ts';
import type { LightPerson } from '../kit/clients/light/LightClient.ts';
import { LAYER_BPS } from '../kit/clients/light/LightTrack.ts';
import { type LightCrowd, startCrowd, untilFlowing } from '../kit/clients/light/startCrowd.ts';
import { CpuMeter, pidsOfNodes, sum } from '../kit/deployment/CpuMeter.ts';
import { PrivateCluster } from '../kit/deployment/PrivateCluster.ts';
import { RoomApi } from '../kit/RoomApi.ts';
import { startBareServer } from './bare/startBareServer.ts';
import type { BenchReport } from './Report.ts';
import { slope } from './slope.ts';

const ROOM_SIZE = 8;
const SIZES = [8, 16, 24] as const;
/** Seven others, each as large as the middle layer. */
const TILE = { width: 640, height: 360 };
/** Time for the bandwidth estimates to reach what everybody wants. */
const WARM_UP_MS = 5_000;
const MEASURE_MS = 6_000;
const FLOWING_LIMIT_MS = 60_000;

const CALM = { people: 100, talking: 4, tile: { width: 320, height: 180 } } as const;
const LEAST_RATIO = 0.9;
const MOST_OUTSIDE_PERCENT = 15;
/** Traffic that differs more than this makes the comparison one of traffic. */
const SAME_TRAFFIC = 0.05;

/** The node takes everybody: what a core carries is measured here, not what it should be given. */
const NO_ADMISSION = { MAX_CONSUMERS: '0', BUSY_MS: '60000' };

interface Sut {
  /** The address and a token for this person in this room. */
  place(room: number, name: string): Promise<{ readonly url: string; readonly token: string }>;
  readonly workers: readonly number[];
  readonly server: readonly number[];
}

interface Figures {
  readonly people: number;
  /** Shares of one core. */
  readonly workers: number;
  readonly server: number;
  readonly redis: number;
  readonly packetsPerSecond: number;
  /** Commands to Redis until everybody is in and receives, and a second at rest. */
  readonly commands: { readonly entering: number; readonly perSecond: number };
}

interface RedisUnderTest {
  readonly pid: number;
  /** The number of commands so far. */
  commands(): Promise<number>;
}

const WAYS = ['bare', 'everroom', 'everroom, layers saved'] as const;
type Way = (typeof WAYS)[number];

/** Measures how many people with camera and microphone one core of a worker carries, against bare mediasoup. */
export async function benchPeople(cleanup: Cleanup): Promise<BenchReport[]> {
  const cluster = await PrivateCluster.start({ nodes: 1, workers: 1, supervised: false, settings: NO_ADMISSION });
  cleanup.add(() => cluster.stop());
  const [node] = cluster.nodes;
  const [pids] = await pidsOfNodes(cluster);
  if (!node || !pids) throw new Error('the node did not start');
  const api = new RoomApi(node);
  const redis = await redisOf(cluster, cleanup);
  const bare = await startBareServer(cleanup);
  const ours = (): Sut => {
    const rooms = new Map<number, Promise<string>>();
    return {
      async place(room, name) {
        const opened = rooms.get(room) ?? api.createRoom(`Bench ${room}`);
        rooms.set(room, opened);
        return { url: node.url, token: await api.joinToken(await opened, name) };
      },
      workers: pids.workers,
      server: pids.server,
    };
  };
  const theirs = (run: string): Sut => ({
    place: async (room) => ({ url: bare.url, token: `${run} ${room}` }),
    workers: [bare.workerPid],
    server: [bare.pid],
  });

  const figures = new Map<Way, Figures[]>(WAYS.map((way) => [way, []]));
  for (const people of SIZES) {
    // They take turns to go first: a machine that is disturbed must not favour one.
    const order = people % (2 * ROOM_SIZE) === 0 ? WAYS : WAYS.toReversed();
    for (const way of order) {
      const sut = way === 'bare' ? theirs(`${people}`) : ours();
      const savesLayers = way === 'everroom, layers saved';
      const measured = await measure(sut, redis, await everybodyTalks(sut, people, savesLayers), cleanup);
      note(`${way}: ${people} people use ${(100 * measured.workers).toFixed(1)} % of a core of the worker`);
      figures.get(way)?.push(measured);
    }
  }
  const calm = ours();
  const calmFigures = await measure(calm, redis, await calmRoom(calm), cleanup);
  return [report(figures), reportCalm(calmFigures)];
}

/** What takes minutes says how far it is; standard output is for the result. */
function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function everybodyTalks(sut: Sut, people: number, savesLayers: boolean): Promise<LightPerson[]> {
  return Promise.all(
    Array.from({ length: people }, async (_, index) => ({
      ...(await sut.place(Math.floor(index / ROOM_SIZE), `person-${index}`)),
      name: `person-${index}`,
      does: 'talks' as const,
      tiles: ROOM_SIZE - 1,
      tile: TILE,
      savesLayers,
    })),
  );
}

async function calmRoom(sut: Sut): Promise<LightPerson[]> {
  return Promise.all(
    Array.from({ length: CALM.people }, async (_, index) => ({
      ...(await sut.place(0, `person-${index}`)),
      name: `person-${index}`,
      does: index < CALM.talking ? ('talks' as const) : ('receives' as const),
      tiles: CALM.talking,
      tile: CALM.tile,
      savesLayers: true,
    })),
  );
}

async function measure(
  { workers, server }: Sut,
  redis: RedisUnderTest,
  people: readonly LightPerson[],
  cleanup: Cleanup,
): Promise<Figures> {
  const crowd = startCrowd();
  cleanup.add(() => crowd.close());
  try {
    await crowd.remote.statuses(); // It has loaded its program.
    const commandsBefore = await redis.commands();
    await crowd.remote.enterAtOnce(people);
    const talking = people.filter(({ does }) => does === 'talks').map(({ name }) => name);
    const others = (name: string): number => {
      const inRoom = talking.length === people.length ? ROOM_SIZE : talking.length;
      return talking.includes(name) ? inRoom - 1 : inRoom;
    };
    await untilFlowing(crowd, ({ name, flowing }) => flowing === 2 * others(name), FLOWING_LIMIT_MS);
    const entering = (await redis.commands()) - commandsBefore;
    await sleep(WARM_UP_MS);
    const commandsAtRest = await redis.commands();
    const before = await packetsOf(crowd);
    const startedAt = performance.now();
    const meters = [workers, server, [redis.pid]].map((pids) => new CpuMeter(pids));
    await sleep(MEASURE_MS);
    const [ofWorkers = 0, ofServer = 0, ofRedis = 0] = meters.map((meter) => sum(meter.read()));
    const packets = (await packetsOf(crowd)) - before;
    const seconds = (performance.now() - startedAt) / 1_000;
    return {
      people: people.length,
      workers: ofWorkers,
      server: ofServer,
      redis: ofRedis,
      packetsPerSecond: packets / seconds,
      commands: { entering, perSecond: ((await redis.commands()) - commandsAtRest) / seconds },
    };
  } finally {
    await crowd.close();
  }
}

async function redisOf({ redis }: PrivateCluster, cleanup: Cleanup): Promise<RedisUnderTest> {
  if (!redis) throw new Error('the node has no Redis of its own');
  const client = new Redis(redis.socketPath);
  cleanup.add(() => client.disconnect());
  return {
    pid: redis.pid,
    commands: async () => Number(/^total_commands_processed:(\d+)/m.exec(await client.info('stats'))?.[1]),
  };
}

async function packetsOf(crowd: LightCrowd): Promise<number> {
  return sum((await crowd.remote.statuses()).map(({ packetsReceived }) => packetsReceived));
}

function report(figures: ReadonlyMap<Way, readonly Figures[]>): BenchReport {
  const of = (way: Way): readonly Figures[] => figures.get(way) ?? [];
  const perCore = (way: Way): number => 1 / slope(of(way).map(({ people, workers }) => ({ x: people, y: workers })));
  const traffic = (way: Way): number =>
    sum(of(way).map(({ packetsPerSecond }) => packetsPerSecond)) / sum(of(way).map(({ people }) => people));
  const drift = traffic('everroom') / traffic('bare') - 1;
  return {
    bench: 'people',
    runs: 1,
    how:
      `Rooms of ${ROOM_SIZE}; everybody sends a camera (VP8, three layers of ` +
      `${LAYER_BPS.map((bps) => bps / 1_000).join(', ')} ` +
      'kbit/s, L1T3) and a microphone that is never silent (Opus, 32 kbit/s), and shows the seven others in tiles of ' +
      `${TILE.width}×${TILE.height}. Clients do ICE, DTLS, SRTP, transport-wide feedback and keyframes as browsers ` +
      "do, without codecs, in a process of their own. CPU time of the worker process (the kernel's accounting), " +
      `${MEASURE_MS / 1_000} s each. "people a core": one core divided by the slope of the worker's CPU over ` +
      `${SIZES.join(', ')} people. "bare": mediasoup with the same worker, codecs, transports, clients and traffic, ` +
      'and the least signaling. "layers saved": clients stop the layer that nobody wants, as browsers do when our server ' +
      'tells them.' +
      (Math.abs(drift) > SAME_TRAFFIC
        ? ` The traffic differed by ${Math.round(100 * drift)} %: the machine was too busy for a comparison.`
        : ''),
    headings: ['worker', 'people', 'CPU % of a core', 'packets out per s', 'µs per packet', 'people a core'],
    rows: WAYS.flatMap((way) =>
      of(way).map(({ people, workers, packetsPerSecond }) => [
        way,
        people,
        100 * workers,
        packetsPerSecond,
        (1e6 * workers) / packetsPerSecond,
        perCore(way),
      ]),
    ),
    targets: [
      {
        name: 'people a core',
        measured: perCore('everroom') / perCore('bare'),
        limit: LEAST_RATIO,
        better: 'higher',
        unit: '× bare mediasoup',
      },
    ],
  };
}

function reportCalm({ people, workers, server, redis, packetsPerSecond, commands }: Figures): BenchReport {
  return {
    bench: 'calm room',
    runs: 1,
    how:
      `${people} people in one room; ${CALM.talking} send camera and microphone, everybody shows them in tiles of ` +
      `${CALM.tile.width}×${CALM.tile.height}, and nobody does anything. Shares of one ` +
      `core, ${MEASURE_MS / 1_000} s. ` +
      'Redis commands "to enter": until the person is in, receives, and publishes if it does.',
    headings: [
      'people',
      'workers %',
      'server %',
      'redis %',
      'packets out per s',
      'server µs per person and s',
      'redis commands a person to enter',
      'redis commands per s',
    ],
    rows: [
      [
        people,
        100 * workers,
        100 * server,
        100 * redis,
        packetsPerSecond,
        (1e6 * server) / people,
        commands.entering / people,
        commands.perSecond,
      ],
    ],
    targets: [
      {
        name: 'server CPU outside the workers',
        measured: (100 * server) / workers,
        limit: MOST_OUTSIDE_PERCENT,
        better: 'lower',
        unit: "% of the workers'",
      },
    ],
  };
}
