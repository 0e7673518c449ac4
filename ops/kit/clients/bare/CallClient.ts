import type { RemoteTrackStatus } from '../DrillClient.ts';
import type { TrackFrames } from '../FrameLog.ts';
import type { HostedClient } from '../HostedClient.ts';
import type { Step } from '../StepLog.ts';

export interface CallOptions {
  /** Addresses of the servers. It enters the first that it reaches. */
  readonly urls: readonly string[];
  readonly name: string;
  /** How many are in the call. */
  readonly participants: number;
}

export interface CallStatus {
  readonly connected: boolean;
  /** The number of servers to which it holds a socket without being in their call. */
  readonly spares: number;
  readonly remoteTracks: readonly Pick<RemoteTrackStatus, 'publisherId' | 'kind' | 'muted' | 'lastFrameAt'>[];
}

/** The commands of a bare call's client. Arguments and results are JSON. */
export interface CallCommands {
  /** Starts to dial, and publishes camera and microphone. */
  join(options: CallOptions): Promise<void>;
  status(): Promise<CallStatus>;
  /** Returns everything it has seen and heard since the last call. */
  takeFrames(): Promise<TrackFrames[]>;
  /** Returns the steps of its recoveries since the last call. */
  takeSteps(): Promise<Step[]>;
}

/** One participant of a bare call. */
export interface CallClient extends CallCommands, HostedClient {}
