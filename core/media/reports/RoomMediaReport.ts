import type { NodeId, ParticipantId, TrackId, TrackKind, TrackSource } from '../../room/state.ts';

/** Whether media come from the publisher or from a sidecar. */
type Path = 'source' | 'reencoded';

/** What runs through one room's media on this node, measured by the workers. Bitrates are of the last second. */
export interface RoomMediaReport {
  readonly transports: readonly TransportReport[];
  readonly producers: readonly ProducerReport[];
  readonly consumers: readonly ConsumerReport[];
  /** How many more there are than were asked for. */
  readonly left: { readonly transports: number; readonly producers: number; readonly consumers: number };
}

/** Which objects to measure: each one is a question to a worker. */
export interface ReportWish {
  /** Only those of this participant; null for everybody. */
  readonly participantId: ParticipantId | null;
  /** Whether each consumer is measured. */
  readonly consumers: boolean;
}

export interface TransportReport {
  readonly participantId: ParticipantId;
  readonly direction: 'send' | 'receive';
  /** Whether it belongs to somebody whose session is on another node. */
  readonly standby: boolean;
  readonly workerPid: number | null;
  readonly iceState: string;
  readonly dtlsState: string;
  /** `udp 203.0.113.7:51234` of the client; null until one is chosen. */
  readonly remote: string | null;
  /** Through it, in the direction of its media. */
  readonly bitrateBps: number;
  /** What the estimate allows the server to send; null for a transport that receives. */
  readonly availableBps: number | null;
  /** From 0 to 1. */
  readonly packetLoss: number;
}

export interface ProducerReport {
  readonly participantId: ParticipantId;
  readonly trackId: TrackId;
  readonly producerId: string;
  readonly source: TrackSource;
  readonly kind: TrackKind;
  readonly path: Path;
  /** The node that its media come from; null if it is this one. */
  readonly origin: NodeId | null;
  readonly paused: boolean;
  readonly bitrateBps: number;
  /** Of each layer that its sender sends now, from 0 (bad) to 10. */
  readonly scores: readonly number[];
  readonly keyframeRequests: number;
}

export interface ConsumerReport {
  readonly viewerId: ParticipantId;
  readonly trackId: TrackId;
  readonly consumerId: string;
  readonly producerId: string;
  readonly kind: TrackKind;
  readonly path: Path;
  readonly paused: boolean;
  /** What the plan asks for, and what flows; null for sound, and for none. */
  readonly preferredLayer: number | null;
  readonly currentLayer: number | null;
  readonly priority: number;
  readonly score: number;
  readonly bitrateBps: number;
  readonly roundTripMs: number | null;
  readonly packetsLost: number;
}

/** One media worker of this node. */
export interface WorkerReport {
  /** Null while a new one starts. */
  readonly pid: number | null;
  /** UDP and TCP; null while none is bound. */
  readonly port: number | null;
  readonly consumers: number;
  readonly routers: number;
  /** CPU time that it has used, in ms. */
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
}
