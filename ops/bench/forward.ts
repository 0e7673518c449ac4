import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DtlsParameters, RtpCapabilities, RtpParameters } from '../../core/media/rtpTypes.ts';
import type { Cleanup } from '../kit/cleanup.ts';
import { PICTURE } from '../kit/clients/picture.ts';
import { cpuMicrosecondsOf } from '../kit/deployment/processes.ts';
import { openRpc, type Rpc } from '../kit/rpc.ts';
import { median } from '../kit/statistics.ts';
import { makeTestMedia, type TestMedia } from '../kit/testMedia.ts';
import { bareSfu } from './forward/bareSfu.ts';
import type { Clients } from './forward/clientsProcess.ts';
import { everroomSfu } from './forward/everroomSfu.ts';
import type { Offer, Publication, SfuUnderTest, Topology } from './forward/SfuUnderTest.ts';
import type { Sfu } from './forward/sfuClient.ts';
import type { BenchReport } from './Report.ts';

const RUNS = 5;
const PUBLISHERS = 2;
const VIEWERS = 5;
/** Time for clients to connect and for the bandwidth estimate to settle. */
const WARM_UP_MS = 4_000;
const MEASURE_MS = 6_000;
const FLOWING_LIMIT_MS = 20_000;
const RATIO_LIMIT = 1.05;

const CLIENTS = fileURLToPath(new URL('./forward/clientsProcess.ts', import.meta.url));
const SFUS = { everroom: everroomSfu, bare: bareSfu } as const;

interface Figures {
  readonly microsecondsPerPacket: number;
  readonly packetsPerSecond: number;
}

/** Measures the CPU that our worker spends on a forwarded packet, against the same work on mediasoup alone. */
export async function benchForward(cleanup: Cleanup): Promise<BenchReport> {
  const folder = await mkdtemp(join(tmpdir(), 'everroom-bench-media-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const media = await makeTestMedia(folder);
  const figures = { everroom: [] as Figures[], bare: [] as Figures[] };
  for (let run = 0; run < RUNS; run += 1) {
    // They take turns to go first: a machine that warms up or is disturbed must not favour one.
    const order = run % 2 === 0 ? (['everroom', 'bare'] as const) : (['bare', 'everroom'] as const);
    for (const name of order) figures[name].push(await measure(SFUS[name], media, cleanup));
  }
  const typical = (name: 'everroom' | 'bare', key: keyof Figures): number =>
    median(figures[name].map((figure) => figure[key]));
  const ratio = typical('everroom', 'microsecondsPerPacket') / typical('bare', 'microsecondsPerPacket');
  const pairs = figures.everroom.map(
    ({ microsecondsPerPacket }, run) =>
      microsecondsPerPacket / (figures.bare[run]?.microsecondsPerPacket ?? Number.NaN),
  );
  return {
    bench: 'forward',
    runs: RUNS,
    how:
      `${PUBLISHERS} publishers (VP8 ${PICTURE.width}×${PICTURE.height}@${PICTURE.framesPerSecond} and Opus) × ` +
      `${VIEWERS} viewers over WebRTC on the loopback, libwebrtc clients in their own process. CPU time of the ` +
      `worker process divided by the packets that viewers received, ${MEASURE_MS / 1_000} s each, in turn (A B, B A, ` +
      `…), medians of ${RUNS}. "bare": mediasoup with the same codecs and transports and nothing else.`,
    headings: ['worker', 'µs per packet', 'packets per s'],
    rows: [
      ...(['everroom', 'bare'] as const).map((name) => [
        name,
        typical(name, 'microsecondsPerPacket'),
        typical(name, 'packetsPerSecond'),
      ]),
      ['ratio of medians', ratio, Number.NaN],
      ['smallest ratio of a pair', Math.min(...pairs), Number.NaN],
      ['largest ratio of a pair', Math.max(...pairs), Number.NaN],
    ],
    targets: [
      { name: 'CPU per packet', measured: ratio, limit: RATIO_LIMIT, better: 'lower', unit: '× bare mediasoup' },
    ],
  };
}

async function measure(
  createSfu: (topology: Topology, offer: Offer) => Promise<SfuUnderTest>,
  media: TestMedia,
  cleanup: Cleanup,
): Promise<Figures> {
  const topology = topologyOf();
  const clients = fork(CLIENTS, [JSON.stringify(media)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const end = (): void => {
    clients.kill('SIGKILL');
  };
  cleanup.add(end);
  const sfu = await createSfu(topology, async (viewerId, offers) => {
    await rpc.remote.consume(viewerId, offers);
  });
  const rpc: Rpc<Clients> = openRpc<Clients>(clients, {
    openTransports: (id: string, capabilities: RtpCapabilities) => sfu.openTransports(id, capabilities),
    connect: (id: string, transportId: string, dtls: DtlsParameters) => sfu.connect(id, transportId, dtls),
    produce: (publication: Publication, rtpParameters: RtpParameters) => sfu.produce(publication, rtpParameters),
  } satisfies Sfu);
  const exited = once(clients, 'exit').then(() => rpc.end('the clients have ended'));
  try {
    const publisherIds = [...new Set(topology.publications.map(({ publisherId }) => publisherId))];
    for (const id of publisherIds) {
      const own = topology.publications.filter(({ publisherId }) => publisherId === id);
      await rpc.remote.publish(id, own, sfu.rtpCapabilities);
    }
    await Promise.all(topology.viewerIds.map((id) => rpc.remote.view(id, sfu.rtpCapabilities)));
    await sfu.everybodyIsThere();
    await untilFlowing(rpc.remote);
    await sleep(WARM_UP_MS);
    const before = { packets: await rpc.remote.packetsReceived(), cpu: cpuMicrosecondsOf(sfu.workerPid) };
    await sleep(MEASURE_MS);
    const cpu = cpuMicrosecondsOf(sfu.workerPid) - before.cpu;
    const packets = (await rpc.remote.packetsReceived()) - before.packets;
    return { microsecondsPerPacket: cpu / packets, packetsPerSecond: (1_000 * packets) / MEASURE_MS };
  } finally {
    end();
    await exited;
    await sfu.close();
  }
}

function topologyOf(): Topology {
  const publications = Array.from({ length: PUBLISHERS }, (_, index) =>
    (['video', 'audio'] as const).map(
      (kind): Publication => ({ publisherId: `publisher-${index}`, trackId: `${kind}-${index}`, kind }),
    ),
  ).flat();
  return { publications, viewerIds: Array.from({ length: VIEWERS }, (_, index) => `viewer-${index}`) };
}

async function untilFlowing(clients: Rpc<Clients>['remote']): Promise<void> {
  const deadline = Date.now() + FLOWING_LIMIT_MS;
  const enough = PUBLISHERS * VIEWERS * 50;
  while ((await clients.packetsReceived()) < enough) {
    if (Date.now() > deadline)
      throw new Error(`viewers have fewer than ${enough} packets after ${FLOWING_LIMIT_MS} ms`);
    await sleep(200);
  }
}
