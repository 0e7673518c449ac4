import { Device, type types } from 'mediasoup-client';
import type { TransportOffer, TransportPair } from '../../../core/media/RoomMedia.ts';
import type { RtpCapabilities } from '../../../core/media/rtpTypes.ts';
import { HANDLER_NAME } from '../../kit/clients/bot/webrtcGlobals.ts';
import type { Rpc } from '../../kit/rpc.ts';

/** A libwebrtc client of an SFU that is reached by calls to the parent process: loads its device and gets its transports. */
export async function enterSfu(
  sfu: Rpc,
  id: string,
  capabilities: RtpCapabilities,
): Promise<{ device: Device; transports: TransportPair }> {
  const device = new Device({ handlerName: HANDLER_NAME });
  // Server and client describe the same RTP; only their types differ.
  await device.load({ routerRtpCapabilities: capabilities as unknown as types.RtpCapabilities });
  const transports = (await sfu.call('openTransports', id, device.recvRtpCapabilities)) as TransportPair;
  return { device, transports };
}

/** The transport connects, and produces what it is given, by calls to the SFU. */
export function connectWith(sfu: Rpc, transport: types.Transport, participantId: string): void {
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    sfu.call('connect', participantId, transport.id, dtlsParameters).then(() => callback(), errback);
  });
  transport.on('produce', ({ rtpParameters, appData }, callback, errback) => {
    sfu.call('produce', appData.publication, rtpParameters).then((id) => callback({ id: String(id) }), errback);
  });
}

export function toTransportOptions(offer: TransportOffer): types.TransportOptions {
  return offer as unknown as types.TransportOptions;
}
