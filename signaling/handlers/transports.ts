import type {
  TransportOffer as MediaTransportOffer,
  TransportPair as MediaTransportPair,
} from '../../core/media/MediaPlane.ts';
import type { TransportOffer, TransportPair } from '../protocol/shapes.ts';

export function toWirePair({ send, recv }: MediaTransportPair): TransportPair {
  return { send: toWireOffer(send), recv: toWireOffer(recv) };
}

function toWireOffer({ id, iceParameters, iceCandidates, dtlsParameters }: MediaTransportOffer): TransportOffer {
  return {
    id,
    iceParameters: { ...iceParameters },
    iceCandidates: iceCandidates.map((candidate) => ({ ...candidate })),
    dtlsParameters: { ...dtlsParameters },
  };
}
