import type {
  ExpectedMedia as MediaExpected,
  TransportOffer as MediaTransportOffer,
  OpenedTransports,
  RenewedTransports,
} from '../../../core/media/RoomMedia.ts';
import type { RtpParameters } from '../../../core/media/rtpTypes.ts';
import type { ExpectedMedia, TransportOffer, TransportPair } from '../../protocol/shapes.ts';

export function toWirePair({ send, recv, producing }: OpenedTransports): TransportPair {
  return { send: toWireOffer(send), recv: toWireOffer(recv), producing: [...producing] };
}

/** As if its client had asked for these. */
export function toWireRenewed({ send, recv, expected }: RenewedTransports): {
  readonly transports: TransportPair;
  readonly expected: ExpectedMedia[];
} {
  return {
    transports: toWirePair({ send, recv, producing: expected.map(({ trackId }) => trackId) }),
    expected: expected.map(({ trackId, rtpParameters }) => ({ trackId, rtpParameters: { ...rtpParameters } })),
  };
}

/** mediasoup checks the parameters in depth. */
export function toExpectedMedia(expected: readonly ExpectedMedia[] = []): MediaExpected[] {
  return expected.map(({ trackId, rtpParameters }) => ({
    trackId,
    rtpParameters: rtpParameters as unknown as RtpParameters,
  }));
}

function toWireOffer({ id, iceParameters, iceCandidates, dtlsParameters }: MediaTransportOffer): TransportOffer {
  return {
    id,
    iceParameters: { ...iceParameters },
    iceCandidates: iceCandidates.map((candidate) => ({ ...candidate })),
    dtlsParameters: { ...dtlsParameters },
  };
}
