import type { NodeId, ParticipantId, TrackId } from '../room/state.ts';

/** A router on one mediasoup worker of this node. */
export type RouterId = string;
export type ProducerId = string;

/** Bounds on what one viewer receives; `null` sets none. */
export interface MediaPolicy {
  /** Most cameras that one viewer receives: those of the last speakers, besides pinned ones. */
  readonly lastN: number | null;
  /** Most microphones that one viewer receives: those of the last speakers. */
  readonly loudestN: number | null;
  /** Most screens that one viewer receives, and their sound: those of the last speakers, besides pinned ones. */
  readonly lastScreens: number | null;
  /** How many tiles a page shows; what is ready beside what flows goes by it. */
  readonly pageSize: number;
}

/** What a producer's encodings offer: the picture's height in each spatial layer, lowest first. Empty for audio. */
export interface TrackLayers {
  readonly heights: readonly number[];
  readonly temporalLayers: number;
}

export interface PreferredLayers {
  readonly spatialLayer: number;
  readonly temporalLayer: number;
}

/** Video codecs that a sidecar may decode. */
export type ReencodableCodec = 'VP8' | 'VP9' | 'H264';
/** Video codecs that a sidecar may send back. */
export type ReencodedCodec = 'VP8' | 'H264';

export interface LiveProducer {
  readonly producerId: ProducerId;
  readonly trackId: TrackId;
  readonly participantId: ParticipantId;
  readonly routerId: RouterId;
  readonly paused: boolean;
  /**
   * Paused until its first viewers are ready, so that one keyframe serves them all, or while its sender sends far too
   * much.
   */
  readonly heldBack: boolean;
  /** Its publisher stood by here until a moment ago: others who lost the same place are on their way. */
  readonly promotedLately: boolean;
  readonly layers: TrackLayers;
  /** Null if no sidecar can decode it. */
  readonly codec: ReencodableCodec | null;
  /** The highest layer that the publisher was last asked for; null before the first request. */
  readonly wantedLayer: number | null;
  /** Other routers to which the producer is piped. */
  readonly pipedTo: ReadonlySet<RouterId>;
}

/**
 * One form of a track's media. source: as the publisher sends it; the others come from a sidecar. warming: not good
 * enough to show; ready: viewers receive it; leaving: its viewers move to another rendition, and it flows until they
 * have moved.
 */
export type RenditionPhase = 'source' | 'warming' | 'ready' | 'leaving';

/** A track's media from a sidecar. */
export interface LiveReencoding {
  readonly producer: LiveProducer;
  readonly phase: Exclude<RenditionPhase, 'source'>;
}

/** A producer that has its media from another node, where it has the same id. */
export interface LiveTwin extends LiveProducer {
  readonly origin: NodeId;
  readonly phase: RenditionPhase;
  /** Nobody here looks at it: it closes in a moment. */
  readonly dropping: boolean;
}

/** A producer of another node. */
export interface OfferedProducer {
  readonly nodeId: NodeId;
  readonly producerId: ProducerId;
  readonly trackId: TrackId;
  readonly participantId: ParticipantId;
  readonly phase: RenditionPhase;
  readonly layers: TrackLayers;
  /** The highest layer that its node was last asked for; null before the first request. */
  readonly wantedLayer: number | null;
  /** Whether its node was last told that somebody's device here cannot receive it. */
  readonly unreceivable: boolean;
  /** underway: its twin is being opened; resting: that failed a moment ago. */
  readonly pull: 'possible' | 'underway' | 'resting';
}

export interface LiveConsumer {
  readonly trackId: TrackId;
  readonly producerId: ProducerId;
  readonly paused: boolean;
  /** When it was opened or last paused, as a number that grows. */
  readonly pausedAt: number;
  /** It has been paused for so long that it closes unless somebody may need it. */
  readonly rested: boolean;
  /** A picture of it reached the viewer's device since the last resume. */
  readonly flowing: boolean;
  /** The device plays it in sync with the publisher's sound, which it can do for one video only. */
  readonly synced: boolean;
  /** Null for audio. */
  readonly preferredLayers: PreferredLayers | null;
  readonly priority: number;
}

export interface LiveViewer {
  /** Another number whenever anything else here, or of a consumer, is different; apart from `rested`. */
  readonly revision: number;
  readonly routerId: RouterId;
  /** It has its session elsewhere: it gets sound, and no pictures. */
  readonly standby: boolean;
  readonly consumers: ReadonlyMap<ProducerId, LiveConsumer>;
  /** Producers that this viewer's device cannot receive. */
  readonly undecodable: ReadonlySet<ProducerId>;
  /** Codecs of sidecars that this viewer's device can receive. */
  readonly receives: ReadonlySet<ReencodedCodec>;
}

/** The media objects of one room on this node, and what the other nodes say of theirs. Empty on a fresh node. */
export interface LiveMedia {
  readonly nodeId: NodeId;
  /** The producers of publishers who are connected to this node. */
  readonly producers: ReadonlyMap<TrackId, LiveProducer>;
  /** Producers of publishers that stand by here. */
  readonly standbys: ReadonlyMap<TrackId, LiveProducer>;
  /** Oldest first. */
  readonly reencodings: ReadonlyMap<TrackId, readonly LiveReencoding[]>;
  /** Tracks for which a sidecar works or is wanted. */
  readonly toReencode: ReadonlySet<TrackId>;
  /** Participants that have transports here, for their session or to stand by. */
  readonly viewers: ReadonlyMap<ParticipantId, LiveViewer>;
  /** Last speaker first. */
  readonly recentSpeakers: readonly ParticipantId[];
  /** The tracks that this node has from others. */
  readonly twins: ReadonlyMap<TrackId, readonly LiveTwin[]>;
  /** What the nodes that can be asked now have. Each lists sources before reencodings, and those oldest first. */
  readonly offers: ReadonlyMap<TrackId, readonly OfferedProducer[]>;
  /**
   * The highest layer that the viewers of each other node want of each producer; -1 if nobody there watches. One that a
   * node has not spoken of yet may be wanted in full.
   */
  readonly demands: ReadonlyMap<NodeId, ReadonlyMap<ProducerId, number>>;
}

export interface ConsumerToOpen {
  readonly trackId: TrackId;
  readonly producerId: ProducerId;
  readonly paused: boolean;
  readonly synced: boolean;
  readonly preferredLayers: PreferredLayers | null;
  readonly priority: number;
}

/** One step. A plan closes and silences first, and makes things heard last. */
export type MediaStep =
  | { readonly type: 'closeParticipant'; readonly participantId: ParticipantId }
  | { readonly type: 'closeProducer'; readonly producerId: ProducerId }
  | { readonly type: 'pauseProducer'; readonly producerId: ProducerId }
  | { readonly type: 'closeConsumers'; readonly viewerId: ParticipantId; readonly producerIds: readonly ProducerId[] }
  | { readonly type: 'pauseConsumers'; readonly viewerId: ParticipantId; readonly producerIds: readonly ProducerId[] }
  | { readonly type: 'pullTrack'; readonly nodeId: NodeId; readonly producerId: ProducerId }
  | { readonly type: 'keepTrack'; readonly producerId: ProducerId }
  | { readonly type: 'openPipe'; readonly producerId: ProducerId; readonly routerId: RouterId }
  | { readonly type: 'openConsumers'; readonly viewerId: ParticipantId; readonly consumers: readonly ConsumerToOpen[] }
  | {
      readonly type: 'setPreferredLayers';
      readonly viewerId: ParticipantId;
      readonly producerId: ProducerId;
      readonly preferredLayers: PreferredLayers;
    }
  | {
      readonly type: 'setPriority';
      readonly viewerId: ParticipantId;
      readonly producerId: ProducerId;
      readonly priority: number;
    }
  | { readonly type: 'resumeConsumers'; readonly viewerId: ParticipantId; readonly producerIds: readonly ProducerId[] }
  | { readonly type: 'resumeProducer'; readonly producerId: ProducerId }
  | { readonly type: 'closePipe'; readonly producerId: ProducerId; readonly routerId: RouterId }
  | { readonly type: 'dropTrack'; readonly producerId: ProducerId }
  | {
      readonly type: 'demandLayers';
      readonly nodeId: NodeId;
      readonly producerId: ProducerId;
      readonly maxSpatialLayer: number;
      readonly unreceivable: boolean;
    }
  | {
      readonly type: 'wantLayers';
      readonly publisherId: ParticipantId;
      readonly trackId: TrackId;
      readonly maxSpatialLayer: number;
    };
