import type { types } from 'mediasoup';
import type { ParticipantId } from '../../room/state.ts';
import { TwinProducer } from '../nodes/TwinProducer.ts';
import type { MediaProducer } from '../producers/MediaProducer.ts';
import type { RoomProducers } from '../producers/RoomProducers.ts';
import type { ParticipantMedia } from '../sessions/ParticipantMedia.ts';
import type { ViewerConsumer } from '../viewers/ViewerConsumer.ts';
import type {
  ConsumerReport,
  ProducerReport,
  ReportWish,
  RoomMediaReport,
  TransportReport,
} from './RoomMediaReport.ts';

/** The most objects of one kind that are measured for one report. */
const MOST = 500;
/** Questions that wait at the workers at the same time, so that the room's own do not stand behind all of them. */
const AT_ONCE = 16;

/** Measures a room. What closes meanwhile is left out. */
export async function reportRoom(
  producers: RoomProducers,
  viewers: ReadonlyMap<ParticipantId, ParticipantMedia>,
  { participantId, consumers }: ReportWish,
): Promise<RoomMediaReport> {
  const isMeant = (id: ParticipantId): boolean => participantId === null || id === participantId;
  const sessions = [...viewers.values()].filter((viewer) => isMeant(viewer.participantId));
  const ends = sessions.flatMap((media) => [
    { media, transport: media.send, direction: 'send' as const },
    { media, transport: media.recv, direction: 'receive' as const },
  ]);
  const sent = [...producers.all()].filter((producer) => isMeant(producer.participantId));
  const received = consumers
    ? sessions.flatMap((media) => [...media.consumers.values()].map((consumer) => ({ media, consumer })))
    : [];
  const left = (all: readonly unknown[]): number => Math.max(0, all.length - MOST);
  return {
    transports: await measured(ends, ({ media, transport, direction }) => reportTransport(media, transport, direction)),
    producers: await measured(sent, reportProducer),
    consumers: await measured(received, ({ media, consumer }) => reportConsumer(media, consumer, producers)),
    left: { transports: left(ends), producers: left(sent), consumers: left(received) },
  };
}

async function measured<T, Report>(all: readonly T[], measure: (each: T) => Promise<Report>): Promise<Report[]> {
  const reports: Report[] = [];
  for (let from = 0; from < Math.min(all.length, MOST); from += AT_ONCE) {
    const answers = await Promise.allSettled(all.slice(from, Math.min(from + AT_ONCE, MOST)).map(measure));
    // A rejected one has closed: mediasoup knows no other reason.
    reports.push(...answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])));
  }
  return reports;
}

async function reportTransport(
  { participantId, router, standby }: ParticipantMedia,
  transport: types.WebRtcTransport,
  direction: TransportReport['direction'],
): Promise<TransportReport> {
  const [stats] = await transport.getStats();
  const tuple = transport.iceSelectedTuple;
  const fromClient = direction === 'send';
  return {
    participantId,
    direction,
    standby,
    workerPid: router.slot.pid,
    iceState: transport.iceState,
    dtlsState: transport.dtlsState,
    remote: tuple ? `${tuple.protocol} ${tuple.remoteIp}:${tuple.remotePort}` : null,
    bitrateBps: (fromClient ? stats?.recvBitrate : stats?.sendBitrate) ?? 0,
    availableBps: fromClient ? null : (stats?.availableOutgoingBitrate ?? null),
    packetLoss: (fromClient ? stats?.rtpPacketLossReceived : stats?.rtpPacketLossSent) ?? 0,
  };
}

async function reportProducer(producer: MediaProducer): Promise<ProducerReport> {
  const { participantId, trackId, producerId, path, paused, track } = producer;
  const stats = await producer.producer.getStats();
  return {
    participantId,
    trackId,
    producerId,
    ...track,
    path,
    origin: producer instanceof TwinProducer ? producer.origin : null,
    paused,
    bitrateBps: sum(stats.map(({ bitrate }) => bitrate)),
    scores: stats.map(({ score }) => score),
    keyframeRequests: sum(stats.map(({ pliCount, firCount }) => pliCount + firCount)),
  };
}

async function reportConsumer(
  { participantId }: ParticipantMedia,
  viewed: ViewerConsumer,
  producers: RoomProducers,
): Promise<ConsumerReport> {
  const { consumer, consumerId, trackId, producerId, paused, preferredLayers, currentLayer, priority } = viewed;
  const stats = (await consumer.getStats()).find(({ type }) => type === 'outbound-rtp');
  return {
    viewerId: participantId,
    trackId,
    consumerId,
    producerId,
    kind: consumer.kind,
    path: producers.byId(producerId)?.path ?? 'source',
    paused,
    preferredLayer: preferredLayers?.spatialLayer ?? null,
    currentLayer,
    priority,
    score: consumer.score.score,
    bitrateBps: stats?.bitrate ?? 0,
    roundTripMs: stats?.roundTripTime ?? null,
    packetsLost: stats?.packetsLost ?? 0,
  };
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, each) => total + each, 0);
}
