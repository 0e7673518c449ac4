import { Device, type types } from 'mediasoup-client';
import type { TransportOffer, TransportPair } from '../../../core/media/RoomMedia.ts';
import type { DtlsParameters, RtpCapabilities, RtpParameters } from '../../../core/media/rtpTypes.ts';
import { HANDLER_NAME } from '../../kit/clients/bot/webrtcGlobals.ts';
import type { Rpc } from '../../kit/rpc.ts';
import type { Publication } from './SfuUnderTest.ts';

/** The functions of the parent process for its clients. */
export interface Sfu {
  openTransports(id: string, capabilities: RtpCapabilities): Promise<TransportPair>;
  connect(id: string, transportId: string, dtlsParameters: DtlsParameters): Promise<void>;
  produce(publication: Publication, rtpParameters: RtpParameters): Promise<string>;
}

/** Loads the device of a libwebrtc client and opens its transports. Calls reach the SFU through the parent process. */
export async function enterSfu(
  sfu: Rpc<Sfu>['remote'],
  id: string,
  capabilities: RtpCapabilities,
): Promise<{ device: Device; transports: TransportPair }> {
  const device = new Device({ handlerName: HANDLER_NAME });
  // Server and client describe the same RTP; only their types differ.
  await device.load({ routerRtpCapabilities: capabilities as unknown as types.RtpCapabilities });
  const transports = await sfu.openTransports(id, device.recvRtpCapabilities as unknown as RtpCapabilities);
  return { device, transports };
}

/** Connects the transport and its producers by calls to the SFU. */
export function connectWith(sfu: Rpc<Sfu>['remote'], transport: types.Transport, participantId: string): void {
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    sfu.connect(participantId, transport.id, dtlsParameters as DtlsParameters).then(() => callback(), errback);
  });
  transport.on('produce', ({ rtpParameters, appData }, callback, errback) => {
    const publication = appData.publication as Publication;
    sfu.produce(publication, rtpParameters as unknown as RtpParameters).then((id) => callback({ id }), errback);
  });
}

export function toTransportOptions(offer: TransportOffer): types.TransportOptions {
  return offer as unknown as types.TransportOptions;
}
