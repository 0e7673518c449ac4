import type { ParticipantId, TrackId, TrackKind } from '../../../core/room/state.ts';
import type { Deed } from './deeds.ts';
import type { TrackFrames } from './FrameLog.ts';
import type { HostedClient } from './HostedClient.ts';
import type { RoomPicture } from './roomPicture.ts';
import type { Tone } from './tones.ts';

export interface RemoteTrackStatus {
  readonly publisherId: ParticipantId;
  readonly trackId: TrackId;
  readonly kind: TrackKind;
  readonly muted: boolean;
  /** When the last picture, or packet of sound, came: ms since the epoch; null when none ever came. */
  readonly lastFrameAt: number | null;
  /** Whose media is shown or played now; null before the first. */
  readonly producerId: string | null;
}

/** Something an application would tell the person about. */
export interface Announcement {
  readonly what: string;
  /** ms since the epoch. */
  readonly at: number;
}

export interface ClientStatus {
  readonly connected: boolean;
  /** Of its copy of the room. */
  readonly version: number;
  readonly microphone: { readonly trackId: TrackId; readonly muted: boolean } | null;
  readonly remoteTracks: readonly RemoteTrackStatus[];
  /** How often the session was resumed or media rebuilt. */
  readonly recoveries: number;
  /** What a person must never see, such as somebody leaving and coming back because of a fault. */
  readonly troubles: readonly string[];
  /** Everybody's coming and going, and that of their tracks, as this client was told. */
  readonly announcements: readonly Announcement[];
}

export interface JoinOptions {
  readonly url: string;
  readonly token: string;
  readonly name: string;
  /** Whether camera and microphone go with it. */
  readonly publish: boolean;
}

export interface TrafficOptions {
  readonly chatEveryMs: number;
  readonly stateEveryMs: number;
}

/** What a client of a drill can be told and asked. Arguments and results are JSON, for they cross processes. */
export interface ClientCommands {
  /** Enters the room. */
  join(options: JoinOptions): Promise<void>;
  status(): Promise<ClientStatus>;
  /** Everything seen and heard since the last call. */
  takeFrames(): Promise<TrackFrames[]>;
  /** Resolves when the room has it. */
  setMicrophoneMuted(muted: boolean): Promise<void>;
  /** What its microphone hears from now on, whether or not the room has it muted. */
  hear(tone: Tone): Promise<void>;
  /** As a host: every camera of the room is to be reencoded. */
  reencodeRoom(): Promise<void>;
  /** Begins to post messages, rename itself and raise its hand without a pause, whatever happens to the servers. */
  startTraffic(options: TrafficOptions): Promise<void>;
  /** Stops asking for more; resolves with all deeds once each is answered, or `limitMs` is over. */
  stopTraffic(limitMs: number): Promise<Deed[]>;
  roomView(): Promise<RoomPicture>;
}

/** One participant of a drill. */
export interface DrillClient extends ClientCommands, HostedClient {}
