import type { RoomEvent } from '../../core/room/events.ts';
import type { RedactedCommit, RedactedRoom } from '../../core/room/redact.ts';
import type { ChatMessage, LobbyEntry, Participant, Track } from '../../core/room/state.ts';
import type { NotificationBody } from '../protocol/notifications.ts';
import type { EntryAnswer } from '../protocol/requests.ts';

/**
 * Protocol 2 for clients that were loaded before an update: it translates commits to `changes` and the state to a view.
 * Both protocols have the same requests, except `setRecording`, which is refused.
 */

/** A fact as protocol 2 names it: old clients know its types. */
type Change = { readonly type: string } & Readonly<Record<string, unknown>>;

interface Commit2 {
  readonly version: number;
  readonly commandId: string;
  readonly changes: readonly Change[];
}

export function toCommit2({ version, byOthers, events }: RedactedCommit): Commit2 {
  // Old clients need an id and do nothing with it.
  return {
    version,
    commandId: `commit-${version}`,
    changes: events.flatMap((event) => toChange(event, byOthers) ?? []),
  };
}

/**
 * Replaces `refreshed`: the commit shows a new host what it may now see, and takes from a former host what it may not.
 */
export function toRoleChange2(commit: RedactedCommit, before: RedactedRoom, after: RedactedRoom): Commit2 {
  const { changes, ...rest } = toCommit2(commit);
  const came = [
    ...[...after.lobby.values()]
      .filter(({ participantId }) => !before.lobby.has(participantId))
      .map((entry): Change => ({ type: 'participantKnocked', knock: toKnock2(entry) })),
    ...[...after.banned]
      .filter((participantId) => !before.banned.has(participantId))
      .map((participantId): Change => ({ type: 'participantBanned', participantId })),
  ];
  const went = [
    ...[...before.lobby.keys()]
      .filter((participantId) => !after.lobby.has(participantId))
      .map((participantId): Change => ({ type: 'knockWithdrawn', participantId })),
    ...[...before.banned]
      .filter((participantId) => !after.banned.has(participantId))
      .map((participantId): Change => ({ type: 'participantUnbanned', participantId })),
  ];
  return { ...rest, changes: [...changes, ...came, ...went] };
}

/** What the answer to an entry has in both protocols. */
const SHARED_FIELDS = [
  'participantId',
  'session',
  'resumeToken',
  'version',
  'serverTime',
  'rtpCapabilities',
  'transports',
  'iceServers',
  'nodes',
] as const satisfies readonly (keyof EntryAnswer)[];

/** `encoded` is the answer in protocol 3. */
export function toEntryAnswer2({ roomId, room, missed }: EntryAnswer, encoded: object): object {
  const fields = encoded as Readonly<Record<string, unknown>>;
  return {
    ...Object.fromEntries(SHARED_FIELDS.map((name) => [name, fields[name]])),
    room: room && toRoomView2(roomId, room),
    missed: missed?.map(toCommit2) ?? null,
  };
}

export function toReencodingStatus2({ available, reason, trackIds }: NotificationBody<'reencodingStatus'>) {
  return { available, reason, trackIds };
}

function toRoomView2(roomId: string, room: RedactedRoom) {
  const { name, capacity, graceMs, locked, lobby, passwordHash, reencoding } = room.settings;
  return {
    roomId,
    name,
    createdAt: room.createdAt,
    capacity,
    graceMs,
    locked,
    lobbyEnabled: lobby,
    passwordProtected: passwordHash !== null,
    reencoding,
    recording: false,
    participants: [...room.participants.values()].map(toParticipantView2),
    lobby: [...room.lobby.values()].map(toKnock2),
    banned: [...room.banned],
    // Old clients would show a private message as one to all.
    chat: room.chat.filter(({ to }) => to === undefined).map(toMessage2),
  };
}

function toMessage2({ id, participantId, name, text, at, editedAt, deleted }: ChatMessage) {
  return { id, participantId, name, text, at, editedAt, deleted };
}

function toKnock2({ participantId, name, knockedAt }: LobbyEntry) {
  return { participantId, name, knockedAt };
}

function toParticipantView2({ id, name, role, connected, joinedAt, handRaisedAt, tracks }: Participant) {
  return { id, name, role, connected, joinedAt, handRaisedAt, tracks: [...tracks.values()].map(toTrack2) };
}

function toTrack2({ id, source, kind, muted, reencoding }: Track) {
  return { id, source, kind, muted, reencoding };
}

/** Returns null if protocol 2 has no word for it. */
function toChange(event: RoomEvent, byOthers: boolean): Change | null {
  switch (event.type) {
    case 'ParticipantJoined': {
      const { participantId: id, name, role, at: joinedAt } = event;
      const participant = { id, name, role, connected: true, joinedAt, handRaisedAt: null, tracks: [] };
      return { type: 'participantJoined', participant };
    }
    case 'TrackPublished': {
      const { participantId, trackId: id, source, kind, muted } = event;
      return { type: 'trackPublished', participantId, track: { id, source, kind, muted, reencoding: null } };
    }
    case 'TrackMuted':
      return { ...event, type: 'trackMuted', byHost: byOthers };
    case 'TrackUnpublished':
      return { ...event, type: 'trackUnpublished', byHost: byOthers };
    case 'ChatPosted': {
      const { messageId: id, participantId, name, text, at } = event;
      return { type: 'chatPosted', message: { id, participantId, name, text, at, editedAt: null, deleted: false } };
    }
    case 'FileShared': {
      const { messageId: id, participantId, name, file, at } = event;
      const message = { id, participantId, name, text: file.name, at, editedAt: null, deleted: false };
      return { type: 'chatPosted', message };
    }
    case 'ParticipantKnocked': {
      const { participantId, name, at: knockedAt } = event;
      return { type: 'participantKnocked', knock: { participantId, name, knockedAt } };
    }
    case 'LobbyChanged':
      return { type: 'lobbyChanged', enabled: event.lobby };
    case 'PasswordChanged':
      return { type: 'passwordChanged', protected: event.passwordHash !== null };
    case 'RoomClosed':
      return { type: 'roomClosed' };
    case 'ParticipantResumed':
      return { type: 'participantResumed', participantId: event.participantId };
    case 'ParticipantDisconnected':
      return { type: 'participantDisconnected', participantId: event.participantId };
    case 'ParticipantGone':
      return { type: 'participantGone', participantId: event.participantId, departure: event.departure };
    case 'ParticipantRenamed':
    case 'RoleChanged':
    case 'HandRaised':
    case 'HandLowered':
    case 'TrackUnmuted':
    case 'TrackReencodingWished':
    case 'ChatEdited':
    case 'ChatDeleted':
    case 'KnockWithdrawn':
    case 'ParticipantAdmitted':
    case 'ParticipantDenied':
    case 'ParticipantBanned':
    case 'ParticipantUnbanned':
    case 'RoomRenamed':
    case 'LockChanged':
    case 'CapacityChanged':
    case 'ReencodingPolicyChanged':
      // Protocol 2 has the same fields under its own name.
      return { ...event, type: event.type.charAt(0).toLowerCase() + event.type.slice(1) };
    default:
      return null; // A fact that is younger than protocol 2.
  }
}
