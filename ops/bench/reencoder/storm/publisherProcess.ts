import type { types } from 'mediasoup-client';
import { codecOptionsFor, encodingsFor } from '../../../../client/media/encodings.ts';
import type { RtpCapabilities } from '../../../../core/media/rtpTypes.ts';
import { openCamera } from '../../../kit/clients/bot/sources.ts';
import { openRpc } from '../../../kit/rpc.ts';
import type { TestMedia } from '../../../kit/testMedia.ts';
import type { Publication } from '../../forward/SfuUnderTest.ts';
import { connectWith, enterSfu, type Sfu, toTransportOptions } from '../../forward/sfuClient.ts';

/** The encoder's counts since it started, one for each layer, lowest first. */
export interface EncoderCounts {
  readonly layers: readonly {
    readonly rid: string;
    readonly frames: number;
    readonly keyframes: number;
    readonly bytes: number;
    /** PLI and FIR that it received. */
    readonly keyframeRequests: number;
  }[];
}

/** The presenter: libwebrtc's encoder, which answers keyframe requests like a browser's. */
const media = JSON.parse(process.argv[2] ?? '') as TestMedia;
let sending: types.Transport | undefined;

const publisher = {
  async publish(publication: Publication, capabilities: RtpCapabilities) {
    const { device, transports } = await enterSfu(sfu, publication.publisherId, capabilities);
    const send = device.createSendTransport(toTransportOptions(transports.send));
    connectWith(sfu, send, publication.publisherId);
    await send.produce({
      track: openCamera(media),
      encodings: encodingsFor('camera', media.picture.height, {}),
      codecOptions: codecOptionsFor('camera', {}),
      appData: { publication },
    });
    sending = send;
  },

  async counts(): Promise<EncoderCounts> {
    const report = await sending?.getStats();
    const outbound = [...(report?.values() ?? [])].filter(({ type }) => type === 'outbound-rtp');
    return {
      layers: outbound
        .map((stats) => ({
          rid: String(stats.rid),
          frames: Number(stats.framesEncoded ?? 0),
          keyframes: Number(stats.keyFramesEncoded ?? 0),
          bytes: Number(stats.bytesSent ?? 0),
          keyframeRequests: Number(stats.pliCount ?? 0) + Number(stats.firCount ?? 0),
        }))
        .sort((a, b) => a.rid.localeCompare(b.rid)),
    };
  },
};
export type Publisher = typeof publisher;

const { remote: sfu } = openRpc<Sfu>(process, publisher);

process.on('disconnect', () => process.exit(0));
