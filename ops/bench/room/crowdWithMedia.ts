import { setTimeout as sleep } from 'node:timers/promises';
import type { Cleanup } from '../../kit/cleanup.ts';
import type { LightPerson } from '../../kit/clients/light/LightClient.ts';
import { startCrowd, untilFlowing } from '../../kit/clients/light/startCrowd.ts';
import type { PrivateCluster } from '../../kit/deployment/PrivateCluster.ts';
import { RoomApi } from '../../kit/RoomApi.ts';
import { median, summarize } from '../../kit/statistics.ts';
import { startBareServer } from '../bare/startBareServer.ts';
import type { BenchReport } from '../Report.ts';

const RUNS = 3;
const PUBLISHERS = 2;
const CROWD = 100;
const TILE = { width: 320, height: 180 };
const LIMIT_MS = 60_000;
const SETTLE_MS = 1_000;
const MOST_RATIO = 1.2;

const WAYS = ['bare', 'everroom'] as const;
type Way = (typeof WAYS)[number];
const MOMENTS = ['joined', 'first picture'] as const;
type Moment = (typeof MOMENTS)[number];

/** The times of one crowd, ms from the moment at which everybody dials. */
type Times = Readonly<Record<Moment, readonly number[]>>;
type Place = (name: string) => Promise<{ readonly url: string; readonly token: string }>;

/**
 * Measures how long a hundred people who come at one moment, all of them with media, take until they see those who
 * publish: on one node, and on bare mediasoup, in turn.
 */
export async function crowdWithMedia({ nodes: [node] }: PrivateCluster, cleanup: Cleanup): Promise<BenchReport> {
  if (!node) throw new Error('the cluster has no node');
  const api = new RoomApi(node);
  const bare = await startBareServer(cleanup);
  const times: Record<Way, Times[]> = { bare: [], everroom: [] };
  // The first run of each warms the programs up.
  for (let run = 0; run <= RUNS; run += 1) {
    for (const way of run % 2 === 0 ? WAYS : WAYS.toReversed()) {
      const roomId = way === 'bare' ? `crowd ${run}` : await api.createRoom('Bench');
      const place: Place = async (name) =>
        way === 'bare' ? { url: bare.url, token: roomId } : { url: node.url, token: await api.joinToken(roomId, name) };
      const taken = await joinAtOnce(place, cleanup);
      if (run > 0) times[way].push(taken);
      if (way === 'everroom') await api.closeRoom(roomId);
    }
  }
  return report(times);
}

async function joinAtOnce(place: Place, cleanup: Cleanup): Promise<Times> {
  const [publishers, crowd] = [startCrowd(), startCrowd()];
  cleanup.add(() => publishers.close());
  cleanup.add(() => crowd.close());
  try {
    // Both have loaded their program.
    await Promise.all([publishers.remote.statuses(), crowd.remote.statuses()]);
    await publishers.remote.enterAtOnce(await people('publisher', PUBLISHERS, 'talks', place));
    await untilFlowing(publishers, ({ flowing }) => flowing === 2 * (PUBLISHERS - 1), LIMIT_MS);
    const newcomers = await people('newcomer', CROWD, 'receives', place);
    await sleep(SETTLE_MS);
    const startedAt = await crowd.remote.enterAtOnce(newcomers);
    await untilFlowing(crowd, ({ flowing }) => flowing === 2 * PUBLISHERS, LIMIT_MS);
    const times = await crowd.remote.times(newcomers.map(({ name }) => name));
    return {
      joined: times.flatMap(({ joined }) => (joined === null ? [] : [joined - startedAt])),
      'first picture': times.flatMap(({ firstPictures }) => firstPictures.map((at) => at - startedAt)),
    };
  } finally {
    await crowd.close();
    await publishers.close();
  }
}

function people(prefix: string, count: number, does: LightPerson['does'], place: Place): Promise<LightPerson[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const name = `${prefix}-${index}`;
      return { ...(await place(name)), name, does, tiles: PUBLISHERS, tile: TILE, savesLayers: true };
    }),
  );
}

function report(times: Readonly<Record<Way, readonly Times[]>>): BenchReport {
  const typical = (way: Way, moment: Moment, key: 'p50' | 'p99' | 'max'): number =>
    median(times[way].map((taken) => summarize(taken[moment])[key]));
  return {
    bench: 'crowd with media',
    runs: RUNS,
    how:
      `${CROWD} people come at one moment to a room where ${PUBLISHERS} send camera and microphone; all of them ` +
      'connect (ICE, DTLS, SRTP) and receive, without codecs. First picture: the first whole ' +
      `keyframe of each publisher. ms from dialling, medians of ${RUNS} runs, one node against "bare": mediasoup ` +
      'with the least signaling, no record and no proof of who comes.',
    headings: ['server', 'until', 'p50', 'p99', 'max'],
    rows: WAYS.flatMap((way) =>
      MOMENTS.map((moment) => [
        way,
        moment,
        ...(['p50', 'p99', 'max'] as const).map((key) => typical(way, moment, key)),
      ]),
    ),
    targets: MOMENTS.map((moment) => ({
      name: `${CROWD} at one moment, ${moment} (p99)`,
      measured: typical('everroom', moment, 'p99') / typical('bare', moment, 'p99'),
      limit: MOST_RATIO,
      better: 'lower' as const,
      unit: '× bare mediasoup',
    })),
  };
}
