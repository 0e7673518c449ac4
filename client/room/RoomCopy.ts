import type { Change, Commit } from '../../signaling/protocol/notifications.ts';
import type { ParticipantView, RoomView, TrackView } from '../../signaling/protocol/shapes.ts';
import { assertNever } from '../assertNever.ts';

/** The client's copy of the room as of one version of its journal. Values are immutable. */
export interface RoomCopy {
  readonly room: RoomView;
  readonly version: number;
}

export type CommitOutcome =
  | { readonly type: 'applied'; readonly copy: RoomCopy }
  /** Already part of the copy. */
  | { readonly type: 'known' }
  /** Commits before this one are missing: the copy must be fetched anew. */
  | { readonly type: 'gap' };

/** Chat messages the copy holds; the room itself keeps as many. */
const CHAT_KEPT = 1_000;

export function applyCommit(copy: RoomCopy, commit: Commit): CommitOutcome {
  if (commit.version <= copy.version) return { type: 'known' };
  if (commit.version !== copy.version + 1) return { type: 'gap' };
  return {
    type: 'applied',
    copy: { room: commit.changes.reduce(applyChange, copy.room), version: commit.version },
  };
}

/** A change about somebody or something the copy does not hold changes nothing. */
export function applyChange(room: RoomView, change: Change): RoomView {
  switch (change.type) {
    case 'participantJoined':
      return {
        ...room,
        participants: [...without(room.participants, change.participant.id), change.participant],
        lobby: room.lobby.filter((knock) => knock.participantId !== change.participant.id),
      };
    case 'participantResumed':
      return withParticipant(room, change.participantId, (participant) => ({ ...participant, connected: true }));
    case 'participantDisconnected':
      return withParticipant(room, change.participantId, (participant) => ({ ...participant, connected: false }));
    case 'participantGone':
      return { ...room, participants: without(room.participants, change.participantId) };
    case 'participantRenamed':
      return withParticipant(room, change.participantId, (participant) => ({ ...participant, name: change.name }));
    case 'roleChanged':
      return withParticipant(room, change.participantId, (participant) => ({ ...participant, role: change.role }));
    case 'handRaised':
      return withParticipant(room, change.participantId, (participant) => ({
        ...participant,
        handRaisedAt: change.at,
      }));
    case 'handLowered':
      return withParticipant(room, change.participantId, (participant) => ({ ...participant, handRaisedAt: null }));
    case 'trackPublished':
      return withParticipant(room, change.participantId, (participant) => ({
        ...participant,
        tracks: [...without(participant.tracks, change.track.id), change.track],
      }));
    case 'trackMuted':
      return withTrack(room, change.participantId, change.trackId, (track) => ({ ...track, muted: true }));
    case 'trackUnmuted':
      return withTrack(room, change.participantId, change.trackId, (track) => ({ ...track, muted: false }));
    case 'trackUnpublished':
      return withParticipant(room, change.participantId, (participant) => ({
        ...participant,
        tracks: without(participant.tracks, change.trackId),
      }));
    case 'trackReencodingWished':
      return withTrack(room, change.participantId, change.trackId, (track) => ({
        ...track,
        reencoding: change.wanted,
      }));
    case 'chatPosted':
      return { ...room, chat: [...room.chat, change.message].slice(-CHAT_KEPT) };
    case 'chatEdited':
      return withMessage(room, change.messageId, { text: change.text, editedAt: change.at });
    case 'chatDeleted':
      return withMessage(room, change.messageId, { text: '', deleted: true });
    case 'participantKnocked':
      return {
        ...room,
        lobby: [...room.lobby.filter((knock) => knock.participantId !== change.knock.participantId), change.knock],
      };
    case 'knockWithdrawn':
    case 'participantAdmitted':
    case 'participantDenied':
      return { ...room, lobby: room.lobby.filter((knock) => knock.participantId !== change.participantId) };
    case 'participantBanned':
      return {
        ...room,
        banned: [...room.banned.filter((id) => id !== change.participantId), change.participantId],
        lobby: room.lobby.filter((knock) => knock.participantId !== change.participantId),
      };
    case 'participantUnbanned':
      return { ...room, banned: room.banned.filter((id) => id !== change.participantId) };
    case 'roomRenamed':
      return { ...room, name: change.name };
    case 'lockChanged':
      return { ...room, locked: change.locked };
    case 'lobbyChanged':
      return { ...room, lobbyEnabled: change.enabled };
    case 'passwordChanged':
      return { ...room, passwordProtected: change.protected };
    case 'capacityChanged':
      return { ...room, capacity: change.capacity };
    case 'reencodingPolicyChanged':
      return { ...room, reencoding: change.policy };
    case 'recordingWished':
      return { ...room, recording: change.wanted };
    case 'roomClosed':
      return room;
    default:
      return assertNever(change);
  }
}

function without<T extends { readonly id: string }>(items: readonly T[], id: string): T[] {
  return items.filter((item) => item.id !== id);
}

function withParticipant(
  room: RoomView,
  participantId: string,
  update: (participant: ParticipantView) => ParticipantView,
): RoomView {
  return {
    ...room,
    participants: room.participants.map((participant) =>
      participant.id === participantId ? update(participant) : participant,
    ),
  };
}

function withTrack(
  room: RoomView,
  participantId: string,
  trackId: string,
  update: (track: TrackView) => TrackView,
): RoomView {
  return withParticipant(room, participantId, (participant) => ({
    ...participant,
    tracks: participant.tracks.map((track) => (track.id === trackId ? update(track) : track)),
  }));
}

function withMessage(
  room: RoomView,
  messageId: string,
  changes: { text: string; editedAt?: number; deleted?: true },
): RoomView {
  return {
    ...room,
    chat: room.chat.map((message) => (message.id === messageId ? { ...message, ...changes } : message)),
  };
}
