import type { types } from 'mediasoup-client';
import { pause } from '../../../client/connection/pause.ts';
import { codecOptionsFor, encodingsFor } from '../../../client/media/encodings.ts';
import type { ConsumerOffer } from '../../../core/media/RoomMedia.ts';
import type { RtpCapabilities } from '../../../core/media/rtpTypes.ts';
import { openCamera, openMicrophone } from '../../kit/clients/bot/sources.ts';
import { openRpc } from '../../kit/rpc.ts';
import type { TestMedia } from '../../kit/testMedia.ts';
import type { Publication } from './SfuUnderTest.ts';
import { connectWith, enterSfu, type Sfu, toTransportOptions } from './sfuClient.ts';

/**
 * This process holds all WebRTC clients of one measurement. They run beside the SFU and are the same for each; only
 * packets and the worker's CPU count. The bitrate is high enough to fill packets, as in a real meeting.
 */
const VIDEO_BITRATE_BPS = 1_200_000;

const media = JSON.parse(process.argv[2] ?? '') as TestMedia;
const receivers = new Map<string, types.Transport>();

const clients = {
  async publish(publisherId: string, publications: readonly Publication[], capabilities: RtpCapabilities) {
    const { device, transports } = await enterSfu(sfu, publisherId, capabilities);
    const send = device.createSendTransport(toTransportOptions(transports.send));
    connectWith(sfu, send, publisherId);
    for (const publication of publications) {
      const isVideo = publication.kind === 'video';
      const source = isVideo ? 'camera' : 'microphone';
      await send.produce({
        track: isVideo ? openCamera(media) : openMicrophone().track,
        encodings: encodingsFor(
          source,
          media.picture.height,
          isVideo ? { maxBitrateBps: VIDEO_BITRATE_BPS } : { music: true },
        ),
        codecOptions: codecOptionsFor(source, { music: true }),
        appData: { publication },
      });
    }
  },

  async view(viewerId: string, capabilities: RtpCapabilities) {
    const { device, transports } = await enterSfu(sfu, viewerId, capabilities);
    const recv = device.createRecvTransport(toTransportOptions(transports.recv));
    connectWith(sfu, recv, viewerId);
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
};
export type Clients = typeof clients;

const { remote: sfu } = openRpc<Sfu>(process, clients);

process.on('disconnect', () => process.exit(0));
