import { createWorker, type types } from 'mediasoup';
import { MEDIA_CODECS, RTP_CAPABILITIES } from '../../../core/media/codecs.ts';
import type { ConsumerOffer } from '../../../core/media/RoomMedia.ts';
import { freePort } from '../../kit/freePort.ts';
import { toOffer } from '../../kit/toOffer.ts';
import type { Offer, Publication, SfuUnderTest, Topology } from './SfuUnderTest.ts';

interface Pair {
  readonly send: types.WebRtcTransport;
  readonly recv: types.WebRtcTransport;
  readonly rtpCapabilities: types.RtpCapabilities;
}

/**
 * mediasoup with nothing around it: same codecs and transports, one router; every viewer gets every track in its
 * highest layer.
 */
export async function bareSfu({ viewerIds }: Topology, offer: Offer): Promise<SfuUnderTest> {
  const worker = await createWorker({ logLevel: 'error' });
  const port = await freePort();
  const webRtcServer = await worker.createWebRtcServer({
    listenInfos: (['udp', 'tcp'] as const).map((protocol) => ({ protocol, ip: '127.0.0.1', port })),
  });
  const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
  const pairs = new Map<string, Pair>();
  const producers: { readonly publication: Publication; readonly producerId: string }[] = [];

  const open = (): Promise<types.WebRtcTransport> =>
    router.createWebRtcTransport({
      webRtcServer,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      initialAvailableOutgoingBitrate: 1_500_000,
    });
  const pairOf = (participantId: string): Pair => {
    const pair = pairs.get(participantId);
    if (!pair) throw new Error(`${participantId} has no transports`);
    return pair;
  };

  return {
    rtpCapabilities: RTP_CAPABILITIES,
    workerPid: worker.pid,
    async openTransports(participantId, rtpCapabilities) {
      const [send, recv] = await Promise.all([open(), open()]);
      pairs.set(participantId, { send, recv, rtpCapabilities });
      return { send: toOffer(send), recv: toOffer(recv) };
    },
    async connect(participantId, transportId, dtlsParameters) {
      const { send, recv } = pairOf(participantId);
      await (transportId === send.id ? send : recv).connect({ dtlsParameters });
    },
    async produce(publication, rtpParameters) {
      const { send } = pairOf(publication.publisherId);
      const producer = await send.produce({ kind: publication.kind, rtpParameters });
      producers.push({ publication, producerId: producer.id });
      return producer.id;
    },
    async everybodyIsThere() {
      await Promise.all(
        viewerIds.map(async (viewerId) => {
          const { recv, rtpCapabilities } = pairOf(viewerId);
          const consumers = await Promise.all(
            producers.map(async ({ publication, producerId }) => {
              const consumer = await recv.consume({ producerId, rtpCapabilities, paused: true });
              return { publication, consumer };
            }),
          );
          await offer(viewerId, consumers.map(toConsumerOffer));
          await Promise.all(consumers.map(({ consumer }) => consumer.resume()));
        }),
      );
    },
    async close() {
      worker.close();
    },
  };
}

function toConsumerOffer({
  publication,
  consumer,
}: {
  publication: Publication;
  consumer: types.Consumer;
}): ConsumerOffer {
  const { publisherId, trackId, kind } = publication;
  return {
    consumerId: consumer.id,
    producerId: consumer.producerId,
    publisherId,
    trackId,
    source: kind === 'video' ? 'camera' : 'microphone',
    kind,
    rtpParameters: consumer.rtpParameters,
    paused: true,
  };
}
