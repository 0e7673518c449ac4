import { Device, type types } from 'mediasoup-client';
import { codecOptionsFor, encodingsFor } from '../../../client/media/encodings.ts';
import type { ConsumerOffer, RtpCapabilities, TransportOffer, TransportPair } from '../../../core/media/MediaPlane.ts';
import { openCamera, openMicrophone } from '../../drills/clients/bot/sources.ts';
import { HANDLER_NAME } from '../../drills/clients/bot/webrtcGlobals.ts';
import { PICTURE } from '../../drills/clients/picture.ts';
import { Rpc } from '../../drills/clients/rpc.ts';
import type { TestMedia } from '../../drills/clients/testMedia.ts';
import type { Publication } from './SfuUnderTest.ts';

/**
 * All WebRTC clients of one measurement. They run beside what is measured, and are the same for every SFU: only packets and
 * the worker's CPU count. Bits enough that packets are full, as those of a real meeting are.
 */
const VIDEO_BITRATE_BPS = 1_200_000;

const media = JSON.parse(process.argv[2] ?? '') as TestMedia;
const receivers = new Map<string, types.Transport>();

const sfu = new Rpc(process, {
  async publish(publisherId: string, publications: readonly Publication[], capabilities: RtpCapabilities) {
    const { device, transports } = await enter(publisherId, capabilities);
    const send = device.createSendTransport(toOptions(transports.send));
    connectWith(send, publisherId);
    send.on('produce', ({ rtpParameters, appData }, callback, errback) => {
      sfu.call('produce', appData.publication, rtpParameters).then((id) => callback({ id: String(id) }), errback);
    });
    for (const publication of publications) {
      const isVideo = publication.kind === 'video';
      const source = isVideo ? 'camera' : 'microphone';
      await send.produce({
        track: isVideo ? openCamera(media) : openMicrophone(media),
        encodings: encodingsFor(
          source,
          PICTURE.height,
          isVideo ? { maxBitrateBps: VIDEO_BITRATE_BPS } : { music: true },
        ),
        codecOptions: codecOptionsFor(source, { music: true }),
        appData: { publication },
      });
    }
  },

  async view(viewerId: string, capabilities: RtpCapabilities) {
    const { device, transports } = await enter(viewerId, capabilities);
    const recv = device.createRecvTransport(toOptions(transports.recv));
    connectWith(recv, viewerId);
    receivers.set(viewerId, recv);
  },

  async consume(viewerId: string, offers: readonly ConsumerOffer[]) {
    for (let tries = 0; !receivers.has(viewerId) && tries < 500; tries += 1) await pause(10);
    const recv = receivers.get(viewerId);
    if (!recv) throw new Error(`${viewerId} has no transport`);
    await Promise.all(
      offers.map(({ consumerId: id, producerId, kind, rtpParameters }) =>
        // Server and client describe the same RTP; only their types differ.
        recv.consume({ id, producerId, kind, rtpParameters: rtpParameters as unknown as types.RtpParameters }),
      ),
    );
  },

  /** RTP packets that all viewers together have received so far. */
  async packetsReceived(): Promise<number> {
    const reports = await Promise.all([...receivers.values()].map((recv) => recv.getStats()));
    return reports
      .flatMap((report) => [...report.values()])
      .filter(({ type }) => type === 'inbound-rtp')
      .reduce((sum, { packetsReceived }) => sum + Number(packetsReceived), 0);
  },
});

process.on('disconnect', () => process.exit(0));

async function enter(
  id: string,
  capabilities: RtpCapabilities,
): Promise<{ device: Device; transports: TransportPair }> {
  const device = new Device({ handlerName: HANDLER_NAME });
  await device.load({ routerRtpCapabilities: capabilities as unknown as types.RtpCapabilities });
  const transports = (await sfu.call('openTransports', id, device.recvRtpCapabilities)) as TransportPair;
  return { device, transports };
}

function connectWith(transport: types.Transport, participantId: string): void {
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    sfu.call('connect', participantId, transport.id, dtlsParameters).then(() => callback(), errback);
  });
}

function toOptions(offer: TransportOffer): types.TransportOptions {
  return offer as unknown as types.TransportOptions;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
