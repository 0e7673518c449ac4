import type { ParticipantId, TrackId, TrackKind } from '../../../core/room/state.ts';
import type { Deed } from './deeds.ts';
import type { TrackFrames } from './FrameLog.ts';
import type { HostedClient } from './HostedClient.ts';
import type { RoomPicture } from './roomPicture.ts';
import type { Step } from './StepLog.ts';
import type { Tone } from './tones.ts';

export interface RemoteTrackStatus {
  readonly publisherId: ParticipantId;
  readonly trackId: TrackId;
  readonly kind: TrackKind;
  readonly muted: boolean;
  /** Time of the last picture or packet of sound, ms since the epoch; null if none ever came. */
  readonly lastFrameAt: number | null;
  /** The producer whose media is shown or played now; null before the first. */
  readonly producerId: string | null;
}

/** An event that an application would show to the person. */
export interface Announcement {
  readonly what: string;
  /** ms since the epoch. */
  readonly at: number;
}

export interface ClientStatus {
  readonly connected: boolean;
  /** The version of the client's copy of the room. */
  readonly version: number;
  readonly microphone: { readonly trackId: TrackId; readonly muted: boolean } | null;
  readonly remoteTracks: readonly RemoteTrackStatus[];
  /** How often the client resumed its session or rebuilt its media. */
  readonly recoveries: number;
  /** Whether a second place is ready to take over. */
  readonly standsBy: boolean;
  /** Events that a person must never see, such as somebody leaving and coming back because of a fault. */
  readonly troubles: readonly string[];
  /** The events that this client got about participants and tracks that came, went or changed their mute. */
  readonly announcements: readonly Announcement[];
}

export interface JoinOptions {
  readonly url: string;
  readonly token: string;
  readonly name: string;
  /** Whether it publishes camera and microphone. */
  readonly publish: boolean;
}

export interface TrafficOptions {
  readonly chatEveryMs: number;
  readonly stateEveryMs: number;
}

/** The commands of a drill's client. Arguments and results are JSON because they cross processes. */
export interface ClientCommands {
  /** Enters the room. */
  join(options: JoinOptions): Promise<void>;
  status(): Promise<ClientStatus>;
  /** Everything seen and heard since the last call. */
  takeFrames(): Promise<TrackFrames[]>;
  /** Returns the steps of its recoveries since the last call. */
  takeSteps(): Promise<Step[]>;
  /** Resolves when the room and this client's copy have it. */
  setMicrophoneMuted(muted: boolean): Promise<void>;
  /** Sets the tone that its microphone hears, whether or not the room has it muted. */
  hear(tone: Tone): Promise<void>;
  /** Asks, as a host, to reencode every camera of the room. */
  reencodeRoom(): Promise<void>;
  /** Starts to post messages, rename itself and raise its hand all the time, whatever happens to the servers. */
  startTraffic(options: TrafficOptions): Promise<void>;
  /** Sends no further requests. Resolves with all deeds once each is answered, or after `limitMs`. */
  stopTraffic(limitMs: number): Promise<Deed[]>;
  roomView(): Promise<RoomPicture>;
  /** What its connections say of each video: a line each, as evidence when pictures stay away. */
  videoStats(): Promise<string[]>;
}

/** One participant of a drill. */
export interface DrillClient extends ClientCommands, HostedClient {}
