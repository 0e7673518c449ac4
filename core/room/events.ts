import type {
  Grants,
  HotStandby,
  MessageId,
  NodeId,
  ParticipantId,
  ReencodingPolicy,
  Role,
  RoomSettings,
  TrackId,
  TrackKind,
  TrackSource,
} from './state.ts';

/** Why a participant is no longer in the room. */
export type Departure = 'left' | 'expired' | 'removed' | 'banned';

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
      readonly address?: string;
    }
  | {
      readonly type: 'ParticipantResumed';
      readonly participantId: ParticipantId;
      readonly session: number;
      readonly nodeId: NodeId;
      readonly at: number;
      readonly device?: string;
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
    }
  | { readonly type: 'ChatEdited'; readonly messageId: MessageId; readonly text: string; readonly at: number }
  | { readonly type: 'ChatDeleted'; readonly messageId: MessageId; readonly at: number }
  | {
      readonly type: 'ParticipantKnocked';
      readonly participantId: ParticipantId;
      readonly name: string;
      readonly nodeId: NodeId;
      readonly at: number;
      readonly device?: string;
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
  | { readonly type: 'TokensRevoked'; readonly participantId: ParticipantId | null; readonly at: number }
  /** Somebody's messages and names are gone; a ban stays, without a name. */
  | { readonly type: 'ParticipantErased'; readonly participantId: ParticipantId; readonly at: number }
  | { readonly type: 'SpotlightChanged'; readonly participantId: ParticipantId | null };

export type RoomEventType = RoomEvent['type'];
