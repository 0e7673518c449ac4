import type { NodeId, ParticipantId, RoomState, TrackId, TrackKind, TrackSource } from '../room/state.ts';
import type { ViewerView } from '../view/view.ts';
import type { ReportWish, RoomMediaReport } from './reports/RoomMediaReport.ts';
import type { DtlsParameters, IceCandidate, IceParameters, RtpCapabilities, RtpParameters } from './rtpTypes.ts';

/** The session of whoever stands by here: below every session that a room gives. */
export const STANDBY_SESSION = 0;

/**
 * One room's media on this node. Whenever the record, a view or a media object changes it plans and applies the steps,
 * one pass at a time. Every call names the session; `STANDBY_SESSION` is that of whoever stands by here.
 * @throws MediaError when a newer session took over (STALE_SESSION)
 */
export interface RoomMedia {
  /** The record as it is now. Cheap; call it after every commit. */
  update(room: RoomState): void;
  /**
   * Transports for this session on this node. Closes those of an older session or an earlier call. `rtpCapabilities`:
   * what the client can receive. `sctp` is not offered. `expected`: what it is about to send. The producers of
   * `producing` exist at once, as if `produce` had been called, so that viewers get ready meanwhile.
   */
  openTransports(
    participantId: ParticipantId,
    session: number,
    rtpCapabilities: RtpCapabilities,
    expected?: readonly ExpectedMedia[],
    options?: OpeningOptions,
  ): Promise<OpenedTransports>;
  /** Begins to open transports for somebody whose session is being recorded. `close` them if nobody takes them. */
  prepareTransports(): PreparedTransports;
  connectTransport(
    participantId: ParticipantId,
    session: number,
    transportId: string,
    dtlsParameters: DtlsParameters,
  ): Promise<void>;
  restartIce(participantId: ParticipantId, session: number, transportId: string): Promise<IceParameters>;
  /** A producer for a track of the record, in place of its last one. It starts paused if the track is muted [M2]. */
  produce(
    participantId: ParticipantId,
    session: number,
    trackId: TrackId,
    rtpParameters: RtpParameters,
  ): Promise<{ readonly producerId: string }>;
  /**
   * Gives the transports of whoever stands by here to this session, with everything that runs through them. Returns
   * false if there are none that work.
   */
  promote(participantId: ParticipantId, session: number): boolean;
  setView(participantId: ParticipantId, session: number, view: ViewerView): void;
  /** The client shows these consumers: others of the same tracks may end. */
  shown(participantId: ParticipantId, session: number, consumerIds: readonly string[]): void;
  /**
   * The media of this session serve until `closeParticipant`, although the record is about to replace it: they go on
   * following the record [M2].
   */
  keep(participantId: ParticipantId, session: number): void;
  /** Whether another node gets a track of this participant from here. */
  isWatchedElsewhere(participantId: ParticipantId): boolean;
  /** Closes all media of this session. */
  closeParticipant(participantId: ParticipantId, session: number): void;
  /** Tracks that viewers receive reencoded now. */
  reencodedTracks(): readonly TrackId[];
  /** The current media objects; for tests, metrics and the drills' checks. */
  inventory(): MediaInventory;
  /** Asks the workers what flows; at most 500 objects of each kind. */
  report(wish: ReportWish): Promise<RoomMediaReport>;
  close(): Promise<void>;
}

/** Whether media come from the publisher or from a sidecar. */
export type MediaPath = 'source' | 'reencoded';

export interface MediaInventory {
  readonly producers: readonly {
    readonly participantId: ParticipantId;
    readonly trackId: TrackId;
    readonly producerId: string;
    readonly path: MediaPath;
    readonly paused: boolean;
    /** The node that its media come from; null if it is this one. */
    readonly origin: NodeId | null;
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

export interface OpeningOptions {
  /** When the worker dies, the client takes others that it did not ask for. */
  readonly renews?: boolean | undefined;
  /** Taken if they work; else others are opened. */
  readonly prepared?: PreparedTransports | undefined;
}

/** Transports on their way that no session has. */
export interface PreparedTransports {
  /** Does nothing if a session has taken them. */
  close(): void;
}

export interface TransportPair {
  readonly send: TransportOffer;
  readonly recv: TransportOffer;
}

/** What a viewer needs to consume a track. A reencoded track has several of these; one flows, two during a switch. */
export interface ConsumerOffer {
  readonly consumerId: string;
  readonly producerId: string;
  readonly publisherId: ParticipantId;
  readonly trackId: TrackId;
  readonly source: TrackSource;
  readonly kind: TrackKind;
  readonly rtpParameters: RtpParameters;
  /** The plan pauses it: not visible, beyond last-N, or muted. */
  readonly paused: boolean;
}

export interface ConsumersTaken {
  /** `RoomMedia.shown` will say when the client shows one of them in place of another one of its track. */
  readonly tellsShown: boolean;
}

/** From 0 (no usable connection) to 3 (nothing to improve). */
export type Quality = 0 | 1 | 2 | 3;

export interface Speaker {
  readonly participantId: ParticipantId;
  /** dBov, -127…0. */
  readonly volumeDbov: number;
}

/** The events that a room's media reports to the room's host. Calls never throw and never block. */
export interface RoomMediaListener {
  /**
   * The viewer consumes these from now on. Resolves when its client has set them up (media flows only then), rejects
   * when the client could not be reached: it will resume or leave.
   */
  consumersOpened(viewerId: ParticipantId, session: number, offers: readonly ConsumerOffer[]): Promise<ConsumersTaken>;
  consumersClosed(viewerId: ParticipantId, session: number, consumerIds: readonly string[]): void;
  /** The plan paused or resumed these (visibility, last-N, mute): the client shows it. */
  consumersPaused(
    viewerId: ParticipantId,
    session: number,
    changes: readonly { consumerId: string; paused: boolean }[],
  ): void;
  /**
   * The highest spatial layer of this track that a viewer on any node wants now; -1 if nobody watches. The client stops
   * encoding the layers above it.
   */
  layersWanted(publisherId: ParticipantId, session: number, trackId: TrackId, maxSpatialLayer: number): void;
  /** Loudest first; empty when everybody is silent. */
  activeSpeakersChanged(speakers: readonly Speaker[]): void;
  connectionQualityChanged(participantId: ParticipantId, quality: Quality): void;
  /** Viewers receive these tracks reencoded from now on, and all others as published. */
  reencodingChanged(trackIds: readonly TrackId[]): void;
  /**
   * The transports of this session died with their worker; its client's connection is fine. `renewed`: the ones that
   * take their place. Null: its client must open new ones.
   */
  mediaLost(participantId: ParticipantId, session: number, renewed: RenewedTransports | null): void;
}

/** Media of a recorded track before its negotiation: `mid` and `rid` identify its packets. */
export interface ExpectedMedia {
  readonly trackId: TrackId;
  readonly rtpParameters: RtpParameters;
}

export interface OpenedTransports extends TransportPair {
  readonly producing: readonly TrackId[];
}

/** Transports that nobody asked for, and the producers that are being opened on them. */
export interface RenewedTransports extends TransportPair {
  readonly expected: readonly ExpectedMedia[];
}
