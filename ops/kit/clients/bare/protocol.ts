import type { TransportPair } from '../../../../core/media/RoomMedia.ts';
import type { DtlsParameters, RtpCapabilities, RtpParameters } from '../../../../core/media/rtpTypes.ts';
import type { TrackKind } from '../../../../core/room/state.ts';

/** The messages of a call on bare mediasoup, over socket.io. */

export interface ConsumerOffer {
  readonly publisherId: string;
  readonly id: string;
  readonly producerId: string;
  readonly kind: TrackKind;
  readonly rtpParameters: RtpParameters;
}

export interface FromClient {
  capabilities(answer: (router: RtpCapabilities) => void): void;
  join(participantId: string, capabilities: RtpCapabilities, answer: (transports: TransportPair) => void): void;
  connectTransport(transportId: string, dtlsParameters: DtlsParameters, answer: () => void): void;
  produce(kind: TrackKind, rtpParameters: RtpParameters, answer: (producerId: string) => void): void;
}

export interface FromServer {
  /** The answer says that the consumers are in place and media may flow. */
  consume(offers: readonly ConsumerOffer[], answer: () => void): void;
  /** All transports are gone: the client must join again. */
  restart(): void;
}
