import type { BreakoutRoom } from './breakouts.ts';
import type {
  Departure,
  Grants,
  HotStandby,
  MediaBounds,
  MessageId,
  NodeId,
  ParticipantId,
  PollId,
  ReencodingPolicy,
  Role,
  RoomId,
  RoomLayout,
  RoomSettings,
  SharedFile,
  TrackId,
  TrackKind,
  TrackSource,
  Vote,
} from './state.ts';

/**
 * The facts of a room, as the journal keeps them forever. `at` is in ms since the epoch, taken from the command. A type
 * is never renamed or dropped once it was written; a new shape gets an upcast in `recovery/journal`.
 */
export type RoomEvent =
  | { readonly type: 'RoomCreated'; readonly settings: RoomSettings; readonly at: number }
  | { readonly type: 'RoomClosed'; readonly at: number }
  | {
      readonly type: 'ParticipantJoined';
      readonly participantId: ParticipantId;
      readonly name: string;
      readonly role: Role;
      readonly session: number;
      readonly nodeId: NodeId;
      readonly at: number;
      readonly nameFixed?: boolean;
      readonly grants?: Grants;
      readonly device?: string;
      readonly account?: string;
      readonly address?: string;
    }
  | {
      readonly type: 'ParticipantResumed';
      readonly participantId: ParticipantId;
      readonly session: number;
      readonly nodeId: NodeId;
      readonly at: number;
      readonly device?: string;
      readonly account?: string;
      readonly address?: string;
    }
  | {
      readonly type: 'ParticipantDisconnected';
      readonly participantId: ParticipantId;
      readonly session: number;
      readonly expiresAt: number;
    }
  | {
      readonly type: 'ParticipantGone';
      readonly participantId: ParticipantId;
      readonly departure: Departure;
      readonly at: number;
    }
  | { readonly type: 'ParticipantRenamed'; readonly participantId: ParticipantId; readonly name: string }
  | { readonly type: 'RoleChanged'; readonly participantId: ParticipantId; readonly role: Role }
  | { readonly type: 'HandRaised'; readonly participantId: ParticipantId; readonly at: number }
  | { readonly type: 'HandLowered'; readonly participantId: ParticipantId }
  /** From now on the person's page records what it plays. */
  | { readonly type: 'RecordingBegun'; readonly participantId: ParticipantId; readonly at: number }
  | { readonly type: 'RecordingEnded'; readonly participantId: ParticipantId }
  | { readonly type: 'FilesAllowedChanged'; readonly filesAllowed: boolean }
  | { readonly type: 'RecordingAllowedChanged'; readonly recordingAllowed: boolean }
  | {
      readonly type: 'TrackPublished';
      readonly participantId: ParticipantId;
      readonly trackId: TrackId;
      readonly source: TrackSource;
      readonly kind: TrackKind;
      readonly muted: boolean;
    }
  | { readonly type: 'TrackMuted'; readonly participantId: ParticipantId; readonly trackId: TrackId }
  | { readonly type: 'TrackUnmuted'; readonly participantId: ParticipantId; readonly trackId: TrackId }
  /** The device of a track that is not muted gives nothing for the moment, or does so again. */
  | {
      readonly type: 'TrackInterruptionChanged';
      readonly participantId: ParticipantId;
      readonly trackId: TrackId;
      readonly interrupted: boolean;
    }
  | { readonly type: 'TrackUnpublished'; readonly participantId: ParticipantId; readonly trackId: TrackId }
  | {
      readonly type: 'TrackReencodingWished';
      readonly participantId: ParticipantId;
      readonly trackId: TrackId;
      readonly wanted: boolean | null;
    }
  | {
      readonly type: 'ChatPosted';
      readonly messageId: MessageId;
      readonly participantId: ParticipantId;
      readonly name: string;
      readonly text: string;
      readonly at: number;
      /** The message that this one answers. */
      readonly replyTo?: MessageId;
      /** A host says it to everybody, in breakout rooms too. */
      readonly announcement?: boolean;
    }
  /** The file is in the store; its message goes by the file's name. */
  | {
      readonly type: 'FileShared';
      readonly messageId: MessageId;
      readonly participantId: ParticipantId;
      readonly name: string;
      readonly file: SharedFile;
      readonly at: number;
    }
  | { readonly type: 'ChatEdited'; readonly messageId: MessageId; readonly text: string; readonly at: number }
  | { readonly type: 'ChatDeleted'; readonly messageId: MessageId; readonly at: number }
  /** Only its author and `to` ever see it. */
  | {
      readonly type: 'PrivateMessagePosted';
      readonly messageId: MessageId;
      readonly participantId: ParticipantId;
      readonly to: ParticipantId;
      readonly name: string;
      readonly text: string;
      readonly at: number;
      readonly replyTo?: MessageId;
    }
  | {
      readonly type: 'PrivateMessageEdited';
      readonly messageId: MessageId;
      readonly participantId: ParticipantId;
      readonly to: ParticipantId;
      readonly text: string;
      readonly at: number;
    }
  | {
      readonly type: 'PrivateMessageDeleted';
      readonly messageId: MessageId;
      readonly participantId: ParticipantId;
      readonly to: ParticipantId;
      readonly at: number;
    }
  /** Puts an emoji on a message, or takes it back. */
  | {
      readonly type: 'MessageReacted';
      readonly messageId: MessageId;
      readonly participantId: ParticipantId;
      readonly name: string;
      readonly emoji: string;
      readonly on: boolean;
    }
  /** The same for a private message: `to` is the other one of its two people. */
  | {
      readonly type: 'PrivateMessageReacted';
      readonly messageId: MessageId;
      readonly participantId: ParticipantId;
      readonly to: ParticipantId;
      readonly name: string;
      readonly emoji: string;
      readonly on: boolean;
    }
  | { readonly type: 'PrivateChatChanged'; readonly privateChat: boolean }
  | {
      readonly type: 'ParticipantKnocked';
      readonly participantId: ParticipantId;
      readonly name: string;
      readonly nodeId: NodeId;
      readonly at: number;
      readonly device?: string;
      readonly account?: string;
      readonly address?: string;
    }
  | { readonly type: 'KnockWithdrawn'; readonly participantId: ParticipantId }
  | { readonly type: 'ParticipantAdmitted'; readonly participantId: ParticipantId }
  | { readonly type: 'ParticipantDenied'; readonly participantId: ParticipantId }
  | {
      readonly type: 'ParticipantBanned';
      readonly participantId: ParticipantId;
      readonly name?: string;
      readonly device?: string;
      readonly account?: string;
      readonly address?: string;
      readonly addressUntil?: number;
    }
  | { readonly type: 'ParticipantUnbanned'; readonly participantId: ParticipantId }
  | { readonly type: 'RoomRenamed'; readonly name: string }
  | { readonly type: 'LockChanged'; readonly locked: boolean }
  | { readonly type: 'LobbyChanged'; readonly lobby: boolean }
  | { readonly type: 'PasswordChanged'; readonly passwordHash: string | null }
  | { readonly type: 'CapacityChanged'; readonly capacity: number }
  | { readonly type: 'ReencodingPolicyChanged'; readonly policy: ReencodingPolicy }
  | { readonly type: 'GrantsChanged'; readonly participantId: ParticipantId; readonly grants: Grants | null }
  | { readonly type: 'RoomGrantsChanged'; readonly grants: Grants }
  | { readonly type: 'GuestsChanged'; readonly guests: boolean }
  | { readonly type: 'HotStandbyChanged'; readonly hotStandby: HotStandby }
  | { readonly type: 'MediaBoundsChanged'; readonly bounds: MediaBounds }
  | { readonly type: 'TokensRevoked'; readonly participantId: ParticipantId | null; readonly at: number }
  /** Somebody's messages and names are gone; a ban stays, without a name. */
  | { readonly type: 'ParticipantErased'; readonly participantId: ParticipantId; readonly at: number }
  | {
      readonly type: 'SpotlightChanged';
      readonly participantId: ParticipantId | null;
      /** Who is shown large beside that person; nobody if left out. */
      readonly others?: readonly ParticipantId[];
    }
  | { readonly type: 'LayoutChanged'; readonly layout: RoomLayout | null; readonly at: number }
  | { readonly type: 'JoinMutedChanged'; readonly joinMuted: boolean }
  | { readonly type: 'UnmuteAsked'; readonly participantId: ParticipantId; readonly at: number }
  | {
      readonly type: 'PollOpened';
      readonly pollId: PollId;
      readonly question: string;
      readonly options: readonly string[];
      readonly multiple: boolean;
      readonly anonymous: boolean;
      readonly live: boolean;
      readonly at: number;
    }
  /** A vote that everybody sees. */
  | {
      readonly type: 'VoteCast';
      readonly pollId: PollId;
      readonly participantId: ParticipantId;
      readonly name: string;
      readonly choices: readonly number[];
    }
  /** A vote that nobody sees, with what may be seen of all: `counts` is null while they are hidden. */
  | {
      readonly type: 'BallotCast';
      readonly pollId: PollId;
      readonly voter: string;
      readonly name: string;
      readonly choices: readonly number[];
      readonly counts: readonly number[] | null;
      readonly voters: number;
    }
  /** `votes`: those that were hidden until now and may be seen. */
  | {
      readonly type: 'PollClosed';
      readonly pollId: PollId;
      readonly at: number;
      readonly counts: readonly number[];
      readonly votes: readonly Vote[];
    }
  | { readonly type: 'PollRemoved'; readonly pollId: PollId }
  | { readonly type: 'NotesEdited'; readonly participantId: ParticipantId; readonly update: string }
  /** `base` stands for the first `upTo` updates. */
  | { readonly type: 'NotesCompacted'; readonly base: string; readonly upTo: number }
  /** The person says no, or a host takes the question back. */
  | { readonly type: 'UnmuteDeclined'; readonly participantId: ParticipantId }
  | {
      readonly type: 'BreakoutsOpened';
      readonly id: string;
      readonly rooms: readonly BreakoutRoom[];
      readonly free: boolean;
      readonly endsAt: number | null;
      readonly assigned: readonly { readonly participantId: ParticipantId; readonly roomId: RoomId }[];
      readonly at: number;
    }
  | { readonly type: 'BreakoutsChanged'; readonly endsAt: number | null }
  | { readonly type: 'BreakoutsEnded'; readonly at: number }
  | { readonly type: 'BreakoutAssigned'; readonly participantId: ParticipantId; readonly roomId: RoomId | null }
  /** The person goes into a breakout room and keeps the place in this one. */
  | { readonly type: 'BreakoutEntered'; readonly participantId: ParticipantId; readonly roomId: RoomId }
  | { readonly type: 'BreakoutLeft'; readonly participantId: ParticipantId };

export type RoomEventType = RoomEvent['type'];
