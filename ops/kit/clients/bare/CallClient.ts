import type { RemoteTrackStatus } from '../DrillClient.ts';
import type { TrackFrames } from '../FrameLog.ts';
import type { HostedClient } from '../HostedClient.ts';

export interface CallOptions {
  /** Of the servers, to be dialled in turn. */
  readonly urls: readonly string[];
  readonly name: string;
}

export interface CallStatus {
  readonly connected: boolean;
  readonly remoteTracks: readonly Pick<RemoteTrackStatus, 'publisherId' | 'kind' | 'muted' | 'lastFrameAt'>[];
}

/** What a client of a bare call can be told and asked. Arguments and results are JSON. */
export interface CallCommands {
  /** Begins to dial; camera and microphone go with it. */
  join(options: CallOptions): Promise<void>;
  status(): Promise<CallStatus>;
  /** Everything seen and heard since the last call. */
  takeFrames(): Promise<TrackFrames[]>;
}

/** One participant of a bare call. */
export interface CallClient extends CallCommands, HostedClient {}
