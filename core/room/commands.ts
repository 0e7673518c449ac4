import type { BreakoutOf, BreakoutRoom } from './breakouts.ts';
import type { Entrant } from './Entrant.ts';
import type {
  CommandId,
  FollowedSettings,
  Grants,
  HotStandby,
  MediaBoundsChange,
  MessageId,
  NodeId,
  ParticipantId,
  PollId,
  ReencodingPolicy,
  Role,
  RoomId,
  RoomLayout,
  SharedFile,
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
      /** True if left out. */
      readonly recordingAllowed?: boolean;
      /** True if left out. */
      readonly filesAllowed?: boolean;
      /** False if left out. */
      readonly joinMuted?: boolean;
      /** True if left out. */
      readonly privateChat?: boolean;
      /** None if left out. */
      readonly mediaBounds?: MediaBoundsChange;
      readonly breakoutOf?: BreakoutOf;
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
  /** `base`: the first `upTo` updates of the notes, put together. */
  | { readonly type: 'CompactNotes'; readonly base: string; readonly upTo: number }
  /** The room was empty for its time. */
  | { readonly type: 'CloseEmptyRoom' }
  /** The time of the breakout rooms may be up. */
  | { readonly type: 'EndDueBreakouts' }
  /** Asks the main room whether somebody is in this breakout room by its record. */
  | { readonly type: 'ConfirmBreakout'; readonly participantId: ParticipantId; readonly roomId: RoomId }
  /** Closes a breakout room that does not belong to the breakouts `unless`. */
  | { readonly type: 'CloseBreakout'; readonly unless: string | null }
  /** The main room has the person no more in this breakout room. */
  | { readonly type: 'CallBack'; readonly participantId: ParticipantId }
  /** What the person is and may in the main room. */
  | {
      readonly type: 'FollowParticipant';
      readonly participantId: ParticipantId;
      readonly role: Role;
      readonly grants: Grants | null;
    }
  /** The main room has these settings. */
  | { readonly type: 'FollowSettings'; readonly settings: FollowedSettings }
  /** A host of a breakout room banned the person there; asked of the main room. */
  | { readonly type: 'BanFromBreakout'; readonly participantId: ParticipantId }
  /** The main room has the ban: this breakout room needs it no more. */
  | { readonly type: 'LiftMovedBan'; readonly participantId: ParticipantId };

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
  /** Whether the device behind a track of one's own gives nothing for the moment. */
  | { readonly type: 'SetTrackInterrupted'; readonly trackId: TrackId; readonly interrupted: boolean }
  | { readonly type: 'UnpublishTrack'; readonly participantId: ParticipantId; readonly trackId: TrackId }
  | {
      readonly type: 'PostChat';
      readonly messageId: MessageId;
      readonly text: string;
      /** Makes it a private message. */
      readonly to?: ParticipantId | undefined;
      readonly replyTo?: MessageId | undefined;
      /** Hosts only: everybody is told, in breakout rooms too. */
      readonly announcement?: boolean | undefined;
      readonly firstSent?: FirstSent | undefined;
    }
  /** Signaling has found the file whole in the store. `roomBytes`: what the files of a room may have together. */
  | {
      readonly type: 'ShareFile';
      readonly messageId: MessageId;
      readonly file: SharedFile;
      readonly roomBytes: number;
    }
  | { readonly type: 'EditChat'; readonly messageId: MessageId; readonly text: string }
  | { readonly type: 'DeleteChat'; readonly messageId: MessageId }
  | { readonly type: 'ReactToMessage'; readonly messageId: MessageId; readonly emoji: string; readonly on: boolean }
  | { readonly type: 'RaiseHand' }
  | { readonly type: 'LowerHand'; readonly participantId: ParticipantId }
  | { readonly type: 'Rename'; readonly name: string }
  /** The person's page asks before it records. */
  | { readonly type: 'BeginRecording' }
  /** The page has ended it; or a host ends somebody's. */
  | { readonly type: 'EndRecording'; readonly participantId: ParticipantId }
  /** `update`: of Yjs, in base64. */
  | { readonly type: 'EditNotes'; readonly update: string }
  /** Takes the place of the person's former vote; no choice takes that back. `voter`: for an anonymous poll. */
  | {
      readonly type: 'CastVote';
      readonly pollId: PollId;
      readonly choices: readonly number[];
      readonly voter: string;
    }
  | { readonly type: 'EnterBreakout'; readonly roomId: RoomId }
  | { readonly type: 'LeaveBreakout' }
  /** The answer no to `AskToUnmute`; a host takes the question back with it. Unmuting is the answer yes. */
  | { readonly type: 'DeclineUnmute'; readonly participantId: ParticipantId };

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
  /** Shows somebody large to everybody, with `others` beside; null ends it. */
  | {
      readonly type: 'SetSpotlight';
      readonly participantId: ParticipantId | null;
      readonly others?: readonly ParticipantId[];
    }
  /** Null: everybody chooses for themselves. */
  | { readonly type: 'SetLayout'; readonly layout: RoomLayout | null }
  /** Whether people may write to one another alone. */
  | { readonly type: 'SetPrivateChat'; readonly privateChat: boolean }
  /** Forbidding it ends every recording. */
  /** Whether anybody shares files. */
  | { readonly type: 'SetFilesAllowed'; readonly filesAllowed: boolean }
  | { readonly type: 'SetRecordingAllowed'; readonly recordingAllowed: boolean }
  | { readonly type: 'SetJoinMuted'; readonly joinMuted: boolean }
  | {
      readonly type: 'OpenPoll';
      readonly pollId: PollId;
      readonly question: string;
      readonly options: readonly string[];
      readonly multiple: boolean;
      readonly anonymous: boolean;
      readonly live: boolean;
    }
  | { readonly type: 'ClosePoll'; readonly pollId: PollId }
  | { readonly type: 'RemovePoll'; readonly pollId: PollId }
  /** `durationMs`: after this they end by themselves; null: when a host ends them. */
  | {
      readonly type: 'OpenBreakouts';
      readonly breakoutsId: string;
      readonly rooms: readonly BreakoutRoom[];
      readonly free: boolean;
      readonly durationMs: number | null;
      readonly assigned: readonly { readonly participantId: ParticipantId; readonly roomId: RoomId }[];
    }
  | { readonly type: 'SetBreakoutsEnd'; readonly endsAt: number | null }
  | { readonly type: 'EndBreakouts' }
  | { readonly type: 'AssignBreakout'; readonly participantId: ParticipantId; readonly roomId: RoomId | null }
  /** Turns off the microphones of all others. */
  | { readonly type: 'MuteAll' }
  /** The person sees the question and answers it: nobody else can unmute a microphone [M2]. */
  | { readonly type: 'AskToUnmute'; readonly participantId: ParticipantId }
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
  | { readonly type: 'SetMediaBounds'; readonly bounds: MediaBoundsChange }
  /** The tokens given so far let nobody in any more: those of one participant, or all. People inside stay. */
  | { readonly type: 'RevokeTokens'; readonly participantId: ParticipantId | null }
  /** Forgets somebody: puts them out if they are here, and takes their messages and names out of the record. */
  | { readonly type: 'EraseParticipant'; readonly participantId: ParticipantId }
  | { readonly type: 'CloseRoom' };

export type RoomCommand = CommandEnvelope & (NodeCommand | OwnCommand | HostCommand);

/** The command type with this `type`. */
export type CommandOf<T extends RoomCommand['type']> = Extract<RoomCommand, { readonly type: T }>;
