import type { TransportPair } from '../../../../core/media/RoomMedia.ts';
import type { DtlsParameters, RtpCapabilities, RtpParameters } from '../../../../core/media/rtpTypes.ts';
import type { TrackKind } from '../../../../core/room/state.ts';

/** Of one call on bare mediasoup: what client and server say to each other over socket.io. */

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
  /** The answer: they are in place, media may flow. */
  consume(offers: readonly ConsumerOffer[], answer: () => void): void;
  /** Everything that was connected is gone: join again. */
  restart(): void;
}
