import type { ParticipantId, RoomState, TrackId, TrackKind, TrackSource } from '../room/state.ts';
import type { ViewerView } from '../view/view.ts';
import type { DtlsParameters, IceCandidate, IceParameters, RtpCapabilities, RtpParameters } from './rtpTypes.ts';

/**
 * One room's media on this node. It reconciles: whenever the record, a view or the live objects change it plans and applies
 * the steps, one pass at a time. Every call names the session; one of a stale session is refused with an error.
 */
export interface RoomMedia {
  /** The record as of now. Cheap; called after every commit. */
  update(room: RoomState): void;
  /**
   * Transports for this session on this node. Whatever an older session, or an earlier call, had is closed.
   * `rtpCapabilities`: what the client can receive. `sctp` is not offered. `expected`: what it is about to send. Where that is
   * possible (`producing`) its producers are there at once, as if `produce` had been called: viewers get ready meanwhile.
   */
  openTransports(
    participantId: ParticipantId,
    session: number,
    rtpCapabilities: RtpCapabilities,
    expected?: readonly ExpectedMedia[],
  ): Promise<OpenedTransports>;
  connectTransport(
    participantId: ParticipantId,
    session: number,
    transportId: string,
    dtlsParameters: DtlsParameters,
  ): Promise<void>;
  restartIce(participantId: ParticipantId, session: number, transportId: string): Promise<IceParameters>;
  /** Media for a track of the record; replaces the producer it had. Paused from the start where the record says muted [M2]. */
  produce(
    participantId: ParticipantId,
    session: number,
    trackId: TrackId,
    rtpParameters: RtpParameters,
  ): Promise<{ readonly producerId: string }>;
  setView(participantId: ParticipantId, session: number, view: ViewerView): void;
  /** Closes whatever this session has. */
  closeParticipant(participantId: ParticipantId, session: number): void;
  /** The tracks that viewers receive reencoded now. */
  reencodedTracks(): readonly TrackId[];
  /** Media objects now, for tests, metrics and the drills' verification. */
  inventory(): MediaInventory;
  close(): Promise<void>;
}

/** Whether media come as published or from a sidecar. */
export type MediaPath = 'source' | 'reencoded';

export interface MediaInventory {
  readonly producers: readonly {
    readonly participantId: ParticipantId;
    readonly trackId: TrackId;
    readonly producerId: string;
    readonly path: MediaPath;
    readonly paused: boolean;
  }[];
  readonly consumers: readonly {
    readonly viewerId: ParticipantId;
    readonly trackId: TrackId;
    readonly consumerId: string;
    readonly producerId: string;
    readonly path: MediaPath;
    readonly paused: boolean;
    readonly targetSpatialLayer: number | null;
  }[];
}

/** What a client needs to build its end of a transport. */
export interface TransportOffer {
  readonly id: string;
  readonly iceParameters: IceParameters;
  readonly iceCandidates: readonly IceCandidate[];
  readonly dtlsParameters: DtlsParameters;
}

export interface TransportPair {
  readonly send: TransportOffer;
  readonly recv: TransportOffer;
}

/** What a viewer needs to consume a track. One that is reencoded comes as several, of which one flows but for a moment. */
export interface ConsumerOffer {
  readonly consumerId: string;
  readonly producerId: string;
  readonly publisherId: ParticipantId;
  readonly trackId: TrackId;
  readonly source: TrackSource;
  readonly kind: TrackKind;
  readonly rtpParameters: RtpParameters;
  /** Paused by the plan: not visible, beyond last-N, or muted. */
  readonly paused: boolean;
}

/** 0: no usable connection … 3: as good as it gets. */
export type Quality = 0 | 1 | 2 | 3;

export interface Speaker {
  readonly participantId: ParticipantId;
  /** dBov, -127…0. */
  readonly volumeDbov: number;
}

/** What a room's media tells the room's host. Calls never throw and never block. */
export interface RoomMediaListener {
  /**
   * The viewer is to consume these. Resolves when its client has them in place (media flows only then), rejects when it
   * could not be reached: it will resume or go.
   */
  consumersOpened(viewerId: ParticipantId, session: number, offers: readonly ConsumerOffer[]): Promise<void>;
  consumersClosed(viewerId: ParticipantId, session: number, consumerIds: readonly string[]): void;
  /** Paused or resumed by the plan (visibility, last-N, mute), so that the client can show it. */
  consumersPaused(
    viewerId: ParticipantId,
    session: number,
    changes: readonly { consumerId: string; paused: boolean }[],
  ): void;
  /**
   * The highest spatial layer of this track that any viewer on any node wants now; -1: nobody watches. The client stops
   * encoding what is above it.
   */
  layersWanted(publisherId: ParticipantId, session: number, trackId: TrackId, maxSpatialLayer: number): void;
  /** Loudest first; empty when all fell silent. */
  activeSpeakersChanged(speakers: readonly Speaker[]): void;
  connectionQualityChanged(participantId: ParticipantId, quality: Quality): void;
  /** The tracks that viewers receive reencoded from now on; all others they receive as published. */
  reencodingChanged(trackIds: readonly TrackId[]): void;
  /** This session's transports died with their worker: it must open new ones. Its connection is fine. */
  mediaLost(participantId: ParticipantId, session: number): void;
}

/** Media of a track of the record, before it is negotiated: its packets are told by `mid` and `rid`. */
export interface ExpectedMedia {
  readonly trackId: TrackId;
  readonly rtpParameters: RtpParameters;
}

export interface OpenedTransports extends TransportPair {
  readonly producing: readonly TrackId[];
}
