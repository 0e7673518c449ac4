import type { TransportPair } from '../../../../core/media/RoomMedia.ts';
import type { DtlsParameters, RtpCapabilities, RtpParameters } from '../../../../core/media/rtpTypes.ts';
import type { TrackKind } from '../../../../core/room/state.ts';

/** The messages of a call on bare mediasoup, over socket.io. */

export interface SentMedia {
  readonly kind: TrackKind;
  readonly rtpParameters: RtpParameters;
}

/** Who enters, and with what. */
export interface Entry {
  readonly participantId: string;
  /** How many are in the call. */
  readonly participants: number;
  readonly capabilities: RtpCapabilities;
  /** What it will send, in the order in which it negotiates. */
  readonly sent: readonly SentMedia[];
}

export interface ConsumerOffer {
  readonly publisherId: string;
  readonly id: string;
  readonly producerId: string;
  readonly kind: TrackKind;
  readonly rtpParameters: RtpParameters;
}

export interface FromClient {
  capabilities(answer: (router: RtpCapabilities) => void): void;
  enter(entry: Entry): void;
  connectTransport(transportId: string, dtlsParameters: DtlsParameters): void;
}

export interface FromServer {
  /** New transports for everything; those before are gone. */
  transports(pair: TransportPair): void;
  /** The answer says that the consumers are in place. */
  consume(offers: readonly ConsumerOffer[], answer: () => void): void;
}
