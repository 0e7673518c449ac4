import type { ParticipantId, TrackId } from '../room/state.ts';

/** A router on one mediasoup worker of this node. */
export type RouterId = string;
export type ProducerId = string;

/** How many viewers' worth of media a room may use. `null` sets no bound. */
export interface MediaPolicy {
  /** Cameras that one viewer receives at the most: of the last speakers, plus what it pinned. */
  readonly lastN: number | null;
  /** Microphones that one viewer receives at the most: of the last speakers. */
  readonly loudestN: number | null;
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

export interface LiveProducer {
  readonly producerId: ProducerId;
  readonly participantId: ParticipantId;
  readonly routerId: RouterId;
  readonly paused: boolean;
  /** Waits for its first viewers, so that one keyframe serves them all. */
  readonly held: boolean;
  readonly layers: TrackLayers;
  /** What the publisher was told last; null before the first time. */
  readonly wantedLayer: number | null;
  /** Other routers that the producer is piped to. */
  readonly pipedTo: ReadonlySet<RouterId>;
}

export interface LiveConsumer {
  readonly producerId: ProducerId;
  readonly paused: boolean;
  /** Null for audio. */
  readonly preferredLayers: PreferredLayers | null;
  readonly priority: number;
}

export interface LiveViewer {
  readonly routerId: RouterId;
  readonly consumers: ReadonlyMap<TrackId, LiveConsumer>;
  /** Producers that this viewer's device cannot receive. */
  readonly refused: ReadonlySet<ProducerId>;
}

/** The media objects that this node holds for one room. Empty on a fresh node. */
export interface LiveMedia {
  readonly producers: ReadonlyMap<TrackId, LiveProducer>;
  /** Participants that have transports here. */
  readonly viewers: ReadonlyMap<ParticipantId, LiveViewer>;
  /** Last speaker first. */
  readonly recentSpeakers: readonly ParticipantId[];
}

export interface ConsumerToOpen {
  readonly trackId: TrackId;
  readonly producerId: ProducerId;
  readonly paused: boolean;
  readonly preferredLayers: PreferredLayers | null;
  readonly priority: number;
}

/** One thing to do, in the order of the plan: what closes and silences first, what makes heard last. */
export type MediaStep =
  | { readonly type: 'closeParticipant'; readonly participantId: ParticipantId }
  | { readonly type: 'closeProducer'; readonly trackId: TrackId }
  | { readonly type: 'pauseProducer'; readonly trackId: TrackId }
  | { readonly type: 'closeConsumers'; readonly viewerId: ParticipantId; readonly trackIds: readonly TrackId[] }
  | { readonly type: 'pauseConsumers'; readonly viewerId: ParticipantId; readonly trackIds: readonly TrackId[] }
  | { readonly type: 'openPipe'; readonly trackId: TrackId; readonly routerId: RouterId }
  | { readonly type: 'openConsumers'; readonly viewerId: ParticipantId; readonly tracks: readonly ConsumerToOpen[] }
  | {
      readonly type: 'setPreferredLayers';
      readonly viewerId: ParticipantId;
      readonly trackId: TrackId;
      readonly preferredLayers: PreferredLayers;
    }
  | {
      readonly type: 'setPriority';
      readonly viewerId: ParticipantId;
      readonly trackId: TrackId;
      readonly priority: number;
    }
  | { readonly type: 'resumeConsumers'; readonly viewerId: ParticipantId; readonly trackIds: readonly TrackId[] }
  | { readonly type: 'resumeProducer'; readonly trackId: TrackId }
  | { readonly type: 'closePipe'; readonly trackId: TrackId; readonly routerId: RouterId }
  | {
      readonly type: 'wantLayers';
      readonly publisherId: ParticipantId;
      readonly trackId: TrackId;
      readonly maxSpatialLayer: number;
    };
