import type { Entrant } from './Entrant.ts';
import type {
  CommandId,
  Grants,
  HotStandby,
  MessageId,
  NodeId,
  ParticipantId,
  ReencodingPolicy,
  Role,
  TrackId,
  TrackSource,
} from './state.ts';

/**
 * Who asks. A participant asks in one of its sessions, and only its newest one is heard [J5]. A node speaks for what it
 * noticed (a closed socket, a dead node). The operator asks over REST with the API key and may do what a host may.
 */
export type Actor =
  | { readonly kind: 'participant'; readonly participantId: ParticipantId; readonly session: number }
  | { readonly kind: 'node'; readonly nodeId: NodeId }
  | { readonly kind: 'operator' };

/**
 * What the sender of a message knew when it sent it first: when the room was created, and the newest message then
 * (null: none). A room that was closed and created again is another one.
 */
export interface FirstSent {
  readonly room: number;
  readonly newest: MessageId | null;
}

/** What every command carries. `now` is in ms since the epoch, from the node's clock. */
export interface CommandEnvelope {
  readonly commandId: CommandId;
  readonly actor: Actor;
  readonly now: number;
}

/** Commands of a node or the operator. */
type NodeCommand =
  | {
      readonly type: 'CreateRoom';
      readonly name: string;
      readonly capacity: number;
      readonly graceMs: number;
      readonly lobby: boolean;
      readonly passwordHash: string | null;
      /** True if left out. */
      readonly guests?: boolean;
      /** `auto` if left out. */
      readonly hotStandby?: HotStandby;
    }
  /**
   * Joins, or takes over if the participant is already in the room: its older connection is then stale.
   * `passwordVerifiedFor` is the hash against which signaling verified the password, null when none was given.
   * `sessionSeen`, here and below, is the newest session that the client knows of: the journal may have lost it [J5].
   */
  | {
      readonly type: 'JoinRoom';
      readonly participantId: ParticipantId;
      readonly name: string;
      readonly role: Role;
      readonly nodeId: NodeId;
      readonly passwordVerifiedFor: string | null;
      readonly sessionSeen?: number;
      /** Left out by a caller that vouches for the person. */
      readonly entrant?: Entrant;
    }
  /** Session n+1 of a participant that proved with its resume token that it held `session` or an older one. */
  | {
      readonly type: 'ResumeSession';
      readonly participantId: ParticipantId;
      readonly nodeId: NodeId;
      readonly sessionSeen?: number;
      readonly entrant?: Entrant;
    }
  /** `passwordVerifiedFor` as in `JoinRoom`. */
  | {
      readonly type: 'Knock';
      readonly participantId: ParticipantId;
      readonly name: string;
      readonly nodeId: NodeId;
      readonly passwordVerifiedFor: string | null;
      readonly entrant?: Entrant;
    }
  | { readonly type: 'WithdrawKnock'; readonly participantId: ParticipantId }
  /** The connection of this session is lost; a newer session makes it a no-op. */
  | { readonly type: 'DisconnectParticipant'; readonly participantId: ParticipantId; readonly session: number }
  /** Every participant and knocker whose connection that node held is disconnected: the node is gone. */
  | { readonly type: 'DisconnectNode'; readonly nodeId: NodeId }
  /** Participants whose time is up at `now` are gone. */
  | { readonly type: 'ExpireParticipants' }
  /** The room was empty for its time. */
  | { readonly type: 'CloseEmptyRoom' };

/** Commands of a participant about itself. */
type OwnCommand =
  | { readonly type: 'LeaveRoom' }
  | {
      readonly type: 'PublishTrack';
      readonly trackId: TrackId;
      readonly source: TrackSource;
      readonly muted: boolean;
    }
  /** Only the owner unmutes a track; a host may mute somebody else's. */
  | {
      readonly type: 'SetTrackMuted';
      readonly participantId: ParticipantId;
      readonly trackId: TrackId;
      readonly muted: boolean;
    }
  | { readonly type: 'UnpublishTrack'; readonly participantId: ParticipantId; readonly trackId: TrackId }
  | {
      readonly type: 'PostChat';
      readonly messageId: MessageId;
      readonly text: string;
      readonly firstSent?: FirstSent | undefined;
    }
  | { readonly type: 'EditChat'; readonly messageId: MessageId; readonly text: string }
  | { readonly type: 'DeleteChat'; readonly messageId: MessageId }
  | { readonly type: 'RaiseHand' }
  | { readonly type: 'LowerHand'; readonly participantId: ParticipantId }
  | { readonly type: 'Rename'; readonly name: string };

/** Commands of a host (or the operator). */
type HostCommand =
  | { readonly type: 'SetRole'; readonly participantId: ParticipantId; readonly role: Role }
  /** Null makes the participant follow the room. */
  | { readonly type: 'SetGrants'; readonly participantId: ParticipantId; readonly grants: Grants | null }
  | { readonly type: 'SetRoomGrants'; readonly grants: Grants }
  | { readonly type: 'RenameRoom'; readonly name: string }
  | { readonly type: 'SetLocked'; readonly locked: boolean }
  | { readonly type: 'SetLobby'; readonly lobby: boolean }
  | { readonly type: 'SetPassword'; readonly passwordHash: string | null }
  | { readonly type: 'SetCapacity'; readonly capacity: number }
  /** Shows somebody large to everybody; null ends it. */
  | { readonly type: 'SetSpotlight'; readonly participantId: ParticipantId | null }
  | { readonly type: 'Admit'; readonly participantId: ParticipantId }
  | { readonly type: 'Deny'; readonly participantId: ParticipantId }
  | { readonly type: 'DenyAll' }
  | { readonly type: 'RemoveParticipant'; readonly participantId: ParticipantId }
  /** Removes the participant if it is in the room, and keeps it out. */
  | { readonly type: 'Ban'; readonly participantId: ParticipantId }
  | { readonly type: 'Unban'; readonly participantId: ParticipantId }
  | { readonly type: 'SetReencodingPolicy'; readonly policy: ReencodingPolicy }
  | {
      readonly type: 'SetTrackReencoding';
      readonly participantId: ParticipantId;
      readonly trackId: TrackId;
      readonly wanted: boolean | null;
    }
  | { readonly type: 'SetGuests'; readonly guests: boolean }
  | { readonly type: 'SetHotStandby'; readonly hotStandby: HotStandby }
  /** The tokens given so far let nobody in any more: those of one participant, or all. People inside stay. */
  | { readonly type: 'RevokeTokens'; readonly participantId: ParticipantId | null }
  /** Forgets somebody: puts them out if they are here, and takes their messages and names out of the record. */
  | { readonly type: 'EraseParticipant'; readonly participantId: ParticipantId }
  | { readonly type: 'CloseRoom' };

export type RoomCommand = CommandEnvelope & (NodeCommand | OwnCommand | HostCommand);

/** The command type with this `type`. */
export type CommandOf<T extends RoomCommand['type']> = Extract<RoomCommand, { readonly type: T }>;
