import type { ChatMessage, Departure, LobbyEntry, RoomState, TrackSource } from '../../core/room/state.ts';
import type { ReencodingHindrance } from '../../signaling/protocol/notifications.ts';
import type { SessionEnd } from '../connection/ConnectionOwner.ts';
import type { RequestRefused } from '../errors.ts';
import type { LocalTrack } from '../media/LocalTrack.ts';
import type { MediaBlocked } from '../media/MediaPathWatch.ts';
import type { RemoteTrack } from '../media/RemoteTrack.ts';
import type { HotStandbyState } from '../media/standby/HotStandby.ts';
import type { Participant, RemoteParticipant, TrackPublication } from './participants.ts';

/** Not yet connected, entering (perhaps in the lobby), in, briefly away, or over. */
export type RoomConnectionState = 'new' | 'connecting' | 'lobby' | 'connected' | 'reconnecting' | 'disconnected';

/** `refused`: a server refused for its own reason, given beside it. */
export type DisconnectReason = SessionEnd | 'refused';

/**
 * `hindrance`: what is missing, or why tracks may have to wait; null if nothing does, or if the server is too old to
 * say so. `reason` says it in English.
 */
export interface ReencodingAvailability {
  readonly available: boolean;
  readonly hindrance: ReencodingHindrance | null;
  readonly reason: string | null;
}

export type { Departure };

/** A message as people see it; messages that the room does not have yet come last. */
export interface ChatEntry extends ChatMessage {
  readonly state: 'sent' | 'pending' | 'failed';
}

/**
 * What a room reports to an application. A recovery shows only as `reconnecting` (if it takes longer than a moment) and
 * `reconnected`: nobody leaves or joins, and no track is unsubscribed, unless the record says so.
 */
export interface RoomEvents {
  stateChanged: [state: RoomConnectionState];
  connected: [];
  reconnecting: [];
  reconnected: [];
  /** `path.recoveries` has another entry. */
  recovered: [];
  disconnected: [reason: DisconnectReason, error: Error | undefined];

  /**
   * The servers were updated and no longer speak this client's version. The room stays `reconnecting` and keeps asking;
   * session, outbox and devices are kept. A page should reload when that disturbs nobody; it goes back in as after any
   * reload.
   */
  upgradeNeeded: [error: Error];
  /** The room cannot be opened for `error.retryAfterMs`. It stays `reconnecting` and asks again then. */
  held: [error: RequestRefused];

  participantConnected: [participant: RemoteParticipant];
  participantDisconnected: [participant: RemoteParticipant, departure: Departure];
  /**
   * Name, role, hand, connection (also `interrupted`), an interruption of a track, or the wish to have one reencoded
   * has changed.
   */
  participantStateChanged: [participant: Participant];

  trackPublished: [publication: TrackPublication, participant: Participant];
  trackUnpublished: [publication: TrackPublication, participant: Participant, byHost: boolean];
  trackSubscribed: [track: RemoteTrack, publication: TrackPublication<RemoteTrack>, participant: RemoteParticipant];
  trackUnsubscribed: [track: RemoteTrack, publication: TrackPublication<RemoteTrack>, participant: RemoteParticipant];
  trackMuted: [publication: TrackPublication, participant: Participant, byHost: boolean];
  trackUnmuted: [publication: TrackPublication, participant: Participant];
  /** New media has taken the old one's place in the track's `mediaStream`. */
  trackSwapped: [track: RemoteTrack];

  /**
   * Signaling works, but for some seconds no media has got through to the server: nobody hears or sees this person. The
   * room keeps trying; null when media flow.
   */
  mediaBlockedChanged: [blocked: MediaBlocked | null];

  /** Another device, or the same one opened again, feeds a published track. */
  localTrackReplaced: [track: LocalTrack];

  /** An open device gives nothing for the moment, or does so again. Others see it: `TrackPublication.interrupted`. */
  localTrackInterrupted: [source: TrackSource, interrupted: boolean];

  /** Loudest first. */
  activeSpeakersChanged: [speakers: readonly Participant[]];
  connectionQualityChanged: [quality: number, participant: Participant];

  chatMessage: [message: ChatEntry, change: 'posted' | 'edited' | 'deleted' | 'reacted'];
  /** The list of messages, or the state of one that is not sent yet, has changed. */
  chatChanged: [];
  /** The files that this client sends, or how much of one is sent, have changed. */
  uploadsChanged: [];
  /** A setting (name, lock, lobby, password, capacity, reencoding), the bans or the spotlight have changed. */
  roomChanged: [room: RoomState];
  /** Whether tracks can be reencoded, or which are, has changed. */
  reencodingChanged: [availability: ReencodingAvailability];
  /** This client's second place, or the room's wish for one, has changed. */
  hotStandbyChanged: [state: HotStandbyState];
  /** For hosts: the list of those who wait to be let in has changed. */
  lobbyChanged: [knocks: readonly LobbyEntry[]];
  reacted: [emoji: string, participant: Participant];
  typingChanged: [typing: boolean, participant: RemoteParticipant];

  /** The browser wants a click before it plays sound: call `startAudio` in its handler. */
  audioBlocked: [];
  /**
   * A device that was being published is gone; with an error: neither another one nor this one could be opened. It is
   * muted.
   */
  deviceLost: [source: TrackSource, error: Error | undefined];
  /** The same, and another device has taken its place. */
  deviceReplaced: [source: TrackSource, label: string];
  /** Something odd was handled; for logs. */
  warning: [message: string, error: unknown];
}

export type EmitRoomEvent = <Name extends keyof RoomEvents>(name: Name, ...args: RoomEvents[Name]) => void;
