import type { types } from 'mediasoup';
import type { TransportOffer } from '../../core/media/RoomMedia.ts';

/** The parameters that a client needs to connect to a transport of bare mediasoup. */
export function toOffer({ id, iceParameters, iceCandidates, dtlsParameters }: types.WebRtcTransport): TransportOffer {
  return { id, iceParameters, iceCandidates, dtlsParameters };
}
