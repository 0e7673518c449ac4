import type { ConsumerOffer, TransportPair } from '../../../core/media/RoomMedia.ts';
import type { DtlsParameters, RtpCapabilities, RtpParameters } from '../../../core/media/rtpTypes.ts';
import type { ParticipantId, TrackId, TrackKind } from '../../../core/room/state.ts';

export interface Publication {
  readonly publisherId: ParticipantId;
  readonly trackId: TrackId;
  readonly kind: TrackKind;
}

export interface Topology {
  readonly publications: readonly Publication[];
  readonly viewerIds: readonly ParticipantId[];
}

/** An SFU to measure: one worker that forwards every publication to every viewer. */
export interface SfuUnderTest {
  readonly rtpCapabilities: RtpCapabilities;
  readonly workerPid: number;
  openTransports(participantId: ParticipantId, rtpCapabilities: RtpCapabilities): Promise<TransportPair>;
  connect(participantId: ParticipantId, transportId: string, dtlsParameters: DtlsParameters): Promise<void>;
  produce(publication: Publication, rtpParameters: RtpParameters): Promise<string>;
  /** All clients are connected: offers every track to every viewer, unless the SFU has already done so. */
  everybodyIsThere(): Promise<void>;
  close(): Promise<void>;
}

/** Asks the viewer's client to open consumers; resolves when they are in place. */
export type Offer = (viewerId: ParticipantId, offers: readonly ConsumerOffer[]) => Promise<void>;
