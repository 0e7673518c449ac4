import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ConsumerReport,
  ProducerReport,
  RoomMediaReport,
  TransportReport,
  WorkerReport,
} from '../../../core/media/reports/RoomMediaReport.ts';
import { type Column, table } from '../../kit/table.ts';
import type { OpenRoomReport } from '../../run/operator/requests.ts';
import type { Cli } from '../Cli.ts';
import { UsageFailure } from '../CliFailure.ts';
import { bitrate, count, megabytes, percent, shortId } from '../output/words.ts';
import { ServerLink } from '../ServerLink.ts';

/** CPU is measured over this time. */
const SAMPLE_MS = 1_000;
/** Rooms on the list; the busiest come first. */
const MOST_ROOMS = 20;

type Names = ReadonlyMap<string, string>;

/** `everroom stats [ROOM]` */
export async function stats(cli: Cli): Promise<number> {
  const roomId = cli.words.word(0);
  const participantId = cli.words.text('participant') ?? null;
  const consumers = cli.words.flag('consumers') || participantId !== null;
  if (roomId === '' && consumers) throw new UsageFailure('--participant and --consumers need a room.');
  const link = await ServerLink.open(cli.config.node.dataFolder);
  try {
    if (roomId === '') await statsOfNode(cli, link);
    else await statsOfRoom(cli, link, { roomId, participantId, consumers });
    return 0;
  } finally {
    link.close();
  }
}

async function statsOfNode(cli: Cli, link: ServerLink): Promise<void> {
  const before = await link.ask({ type: 'workers' });
  const startedAt = performance.now();
  await sleep(SAMPLE_MS);
  const [after, all] = await Promise.all([link.ask({ type: 'workers' }), link.ask({ type: 'rooms' })]);
  const elapsedMs = performance.now() - startedAt;
  const workers = after.map((worker) => ({ ...worker, cpu: cpuOf(worker, before, elapsedMs) }));
  const rooms = [...all].sort((a, b) => b.consumers - a.consumers || b.here - a.here);
  cli.print({ workers, rooms }, () => {
    const { columns, dim } = cli.screen;
    const busy = rooms.filter(({ here, producers, consumers }) => here + producers + consumers > 0);
    const shown = busy.slice(0, MOST_ROOMS);
    const more = rooms.length - shown.length;
    return [
      table(WORKERS, workers, columns, dim),
      '',
      shown.length === 0 ? 'Nobody is in a room here.' : table(ROOMS, shown, columns, dim),
      ...(more > 0 ? [dim(`${count(more, 'more room')}, with fewer people or nobody: --json has all`)] : []),
    ].join('\n');
  });
}

/** Of one core, from 0 to 1; null for a worker that was replaced meanwhile. */
function cpuOf({ pid, cpuMs }: WorkerReport, before: readonly WorkerReport[], elapsedMs: number): number | null {
  const earlier = before.find((each) => each.pid === pid);
  return earlier && pid !== null ? (cpuMs - earlier.cpuMs) / elapsedMs : null;
}

async function statsOfRoom(
  cli: Cli,
  link: ServerLink,
  wish: { readonly roomId: string; readonly participantId: string | null; readonly consumers: boolean },
): Promise<void> {
  const media = await link.ask({ type: 'media', ...wish });
  cli.print(media, () => {
    const { columns, dim } = cli.screen;
    const sources = new Map(media.producers.map(({ trackId, source }) => [trackId, source]));
    const parts = [
      section('No transport is open here.', transportColumns(), media.transports),
      section('Nobody sends anything here.', PRODUCERS, media.producers),
      ...(wish.consumers ? [section('Nobody receives anything here.', consumerColumns(sources), media.consumers)] : []),
      ...leftOut(media),
    ];
    return parts.join('\n\n');

    function section<Row>(none: string, shape: readonly Column<Row>[], rows: readonly Row[]): string {
      return rows.length === 0 ? none : table(shape, rows, columns, dim);
    }
  });
}

function leftOut({ left }: RoomMediaReport): string[] {
  const told = Object.entries(left).flatMap(([what, many]) => (many > 0 ? [`${many} more ${what}`] : []));
  return told.length === 0 ? [] : [`Not measured: ${told.join(', ')}. --participant measures one person's.`];
}

const WORKERS: readonly Column<WorkerReport & { readonly cpu: number | null }>[] = [
  { heading: 'worker', cell: ({ pid }) => pid ?? 'starting', right: true },
  { heading: 'port', cell: ({ port }) => port ?? '-', right: true },
  { heading: 'rooms', cell: ({ routers }) => routers, right: true },
  { heading: 'consumers', cell: ({ consumers }) => consumers, right: true },
  { heading: 'cpu', cell: ({ cpu }) => (cpu === null ? '-' : percent(cpu)), right: true },
  { heading: 'peak memory', cell: ({ peakMemoryBytes }) => megabytes(peakMemoryBytes), right: true },
];

const ROOMS: readonly Column<OpenRoomReport>[] = [
  { heading: 'room', cell: ({ roomId }) => roomId, least: 10 },
  { heading: 'name', cell: ({ name }) => name, least: 6, spare: 1 },
  { heading: 'people', cell: ({ people }) => people, right: true },
  { heading: 'here', cell: ({ here }) => here, right: true },
  { heading: 'producers', cell: ({ producers }) => producers, right: true },
  { heading: 'consumers', cell: ({ consumers }) => consumers, right: true },
  { heading: 'flowing', cell: ({ flowing }) => flowing, right: true },
];

function transportColumns(): Column<TransportReport>[] {
  return [
    { heading: 'person', cell: ({ participantId }) => participantId, least: 8 },
    { heading: 'direction', cell: ({ direction, standby }) => `${direction}s${standby ? ' (standby)' : ''}` },
    { heading: 'ice', cell: ({ iceState }) => iceState },
    { heading: 'dtls', cell: ({ dtlsState }) => dtlsState, spare: 1 },
    { heading: 'bitrate', cell: ({ bitrateBps }) => bitrate(bitrateBps), right: true },
    { heading: 'estimate', cell: ({ availableBps }) => bitrate(availableBps ?? 0), right: true },
    { heading: 'lost', cell: ({ packetLoss }) => percent(packetLoss), right: true },
    { heading: 'client', cell: ({ remote }) => remote ?? '-', least: 20, spare: 2 },
    { heading: 'worker', cell: ({ workerPid }) => workerPid ?? '-', right: true, spare: 3 },
  ];
}

const PRODUCERS: readonly Column<ProducerReport>[] = [
  { heading: 'sender', cell: ({ participantId }) => participantId, least: 8 },
  { heading: 'track', cell: ({ source }) => source },
  { heading: 'from', cell: ({ path, origin }) => (path === 'source' ? (origin ? 'a node' : 'its sender') : 'sidecar') },
  { heading: 'state', cell: ({ paused }) => (paused ? 'paused' : 'flows') },
  { heading: 'bitrate', cell: ({ bitrateBps }) => bitrate(bitrateBps), right: true },
  { heading: 'scores', cell: ({ scores }) => scores.join(' ') || '-', right: true },
  { heading: 'keyframe requests', cell: ({ keyframeRequests }) => keyframeRequests, right: true, spare: 1 },
];

function consumerColumns(sources: Names): Column<ConsumerReport>[] {
  return [
    { heading: 'viewer', cell: ({ viewerId }) => viewerId, least: 8 },
    { heading: 'track', cell: ({ trackId, kind }) => `${sources.get(trackId) ?? kind} ${shortId(trackId)}`, least: 10 },
    { heading: 'state', cell: ({ paused }) => (paused ? 'paused' : 'flows') },
    { heading: 'layer', cell: layersOf, right: true },
    { heading: 'bitrate', cell: ({ bitrateBps }) => bitrate(bitrateBps), right: true },
    { heading: 'score', cell: ({ score }) => score, right: true },
    { heading: 'rtt', cell: ({ roundTripMs }) => (roundTripMs ? `${Math.round(roundTripMs)} ms` : '-'), right: true },
    { heading: 'lost', cell: ({ packetsLost }) => packetsLost, right: true },
    { heading: 'from', cell: ({ path }) => path, spare: 1 },
    { heading: 'priority', cell: ({ priority }) => priority, right: true, spare: 2 },
  ];
}

/** `1/2`: layer 1 flows, 2 is asked for. */
function layersOf({ currentLayer, preferredLayer, kind }: ConsumerReport): string {
  return kind === 'audio' ? '' : `${currentLayer ?? '-'}/${preferredLayer ?? '-'}`;
}
