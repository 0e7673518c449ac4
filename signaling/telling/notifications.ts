import { assertNever } from '../../core/room/assertNever.ts';
import type { Commit } from '../../core/room/commit.ts';
import type { RoomEvent } from '../../core/room/events.ts';
import type { ParticipantId, RoomState } from '../../core/room/state.ts';
import type { Change, NotificationBody, NotificationName, Commit as WireCommit } from '../protocol/notifications.ts';
import { notifications } from '../protocol/notifications.ts';
import { toKnockView, toTrackView } from './views.ts';

/** Who looks at a room: hosts see the lobby and the banned, everybody else does not. */
export type Viewer = 'host' | 'other';

/** Why a connection ends for good. */
export type EndReason = NotificationBody<'sessionEnded'>['reason'];

/**
 * A notification as socket.io writes it, so that it is checked and encoded once, however many hear it. What the schema
 * does not name does not leave the server [S2].
 */
export function encode<N extends NotificationName>(name: N, body: NotificationBody<N>): string {
  return `2${JSON.stringify([name, notifications[name].parse(body)])}`;
}

/** A commit as this kind of viewer hears it. */
export function toWireCommit(commit: Commit, viewer: Viewer): WireCommit {
  const changes = commit.events
    .filter((event) => viewer === 'host' || !isHostsBusiness(event))
    .flatMap((event) => toChange(event, commit) ?? []);
  return { version: commit.version, commandId: commit.commandId, changes };
}

export function concernsHostsOnly(commit: Commit): boolean {
  return commit.events.some(isHostsBusiness);
}

/**
 * A commit as a participant hears it who becomes a host by it, or stops being one: lobby and banned list come with it, or
 * are taken away.
 */
export function toWireCommitOfRoleChange(
  commit: Commit,
  before: RoomState,
  after: RoomState,
  viewer: Viewer,
): WireCommit {
  const wire = toWireCommit(commit, viewer);
  const changes: Change[] =
    viewer === 'host'
      ? [
          ...[...after.lobby.values()].map(
            (entry): Change => ({ type: 'participantKnocked', knock: toKnockView(entry) }),
          ),
          ...[...after.banned].map((participantId): Change => ({ type: 'participantBanned', participantId })),
        ]
      : [
          ...[...before.lobby.keys()].map((participantId): Change => ({ type: 'knockWithdrawn', participantId })),
          ...[...before.banned].map((participantId): Change => ({ type: 'participantUnbanned', participantId })),
        ];
  return { ...wire, changes: [...wire.changes, ...changes] };
}

/**
 * The commits that a participant missed, or null when they cannot tell it all: its own role changed among them, so it
 * must see the room anew.
 */
export function toMissed(
  commits: readonly Commit[],
  participantId: ParticipantId,
  viewer: Viewer,
): WireCommit[] | null {
  const roleChanged = commits.some(({ events }) =>
    events.some(
      (event) =>
        (event.type === 'RoleChanged' || event.type === 'ParticipantJoined' || event.type === 'ParticipantGone') &&
        event.participantId === participantId,
    ),
  );
  return roleChanged ? null : commits.map((commit) => toWireCommit(commit, viewer));
}

/** Why a commit ends this participant's stay; null when it does not. */
export function endedBy(commit: Commit, participantId: ParticipantId): EndReason | null {
  for (const event of commit.events) {
    if (event.type === 'RoomClosed') return 'roomClosed';
    if (event.type === 'ParticipantGone' && event.participantId === participantId) return event.departure;
  }
  return null;
}

/** What a commit decides about somebody in the lobby; null when it decides nothing. */
export function knockDecidedBy(commit: Commit, participantId: ParticipantId): 'admitted' | 'denied' | EndReason | null {
  for (const event of commit.events) {
    if (event.type === 'RoomClosed') return 'roomClosed';
    if (!('participantId' in event) || event.participantId !== participantId) continue;
    if (event.type === 'ParticipantBanned') return 'banned';
    if (event.type === 'ParticipantAdmitted') return 'admitted';
    if (event.type === 'ParticipantDenied') return 'denied';
  }
  return null;
}

function isHostsBusiness(event: RoomEvent): boolean {
  switch (event.type) {
    case 'ParticipantKnocked':
    case 'KnockWithdrawn':
    case 'ParticipantAdmitted':
    case 'ParticipantDenied':
    case 'ParticipantBanned':
    case 'ParticipantUnbanned':
      return true;
    default:
      return false;
  }
}

function toChange(event: RoomEvent, { actor }: Commit): Change | null {
  switch (event.type) {
    case 'RoomCreated':
      return null; // Nobody is in a room that is only now created.
    case 'RoomClosed':
      return { type: 'roomClosed' };
    case 'ParticipantJoined': {
      const { participantId: id, name, role, at: joinedAt } = event;
      const participant = { id, name, role, connected: true, joinedAt, handRaisedAt: null, tracks: [] };
      return { type: 'participantJoined', participant };
    }
    case 'ParticipantResumed':
      return { type: 'participantResumed', participantId: event.participantId };
    case 'ParticipantDisconnected':
      return { type: 'participantDisconnected', participantId: event.participantId };
    case 'ParticipantGone':
      return { type: 'participantGone', participantId: event.participantId, departure: event.departure };
    case 'ParticipantRenamed':
      return { type: 'participantRenamed', participantId: event.participantId, name: event.name };
    case 'RoleChanged':
      return { type: 'roleChanged', participantId: event.participantId, role: event.role };
    case 'HandRaised':
      return { type: 'handRaised', participantId: event.participantId, at: event.at };
    case 'HandLowered':
      return { type: 'handLowered', participantId: event.participantId };
    case 'TrackPublished': {
      const { participantId, trackId: id, source, kind, muted } = event;
      return {
        type: 'trackPublished',
        participantId,
        track: toTrackView({ id, source, kind, muted, reencoding: null }),
      };
    }
    case 'TrackMuted':
    case 'TrackUnpublished': {
      const { participantId, trackId } = event;
      const byHost = actor.kind !== 'participant' || actor.participantId !== participantId;
      const type = event.type === 'TrackMuted' ? 'trackMuted' : 'trackUnpublished';
      return { type, participantId, trackId, byHost };
    }
    case 'TrackUnmuted':
      return { type: 'trackUnmuted', participantId: event.participantId, trackId: event.trackId };
    case 'TrackReencodingWished': {
      const { participantId, trackId, wanted } = event;
      return { type: 'trackReencodingWished', participantId, trackId, wanted };
    }
    case 'ChatPosted': {
      const { messageId: id, participantId, name, text, at } = event;
      return { type: 'chatPosted', message: { id, participantId, name, text, at, editedAt: null, deleted: false } };
    }
    case 'ChatEdited':
      return { type: 'chatEdited', messageId: event.messageId, text: event.text, at: event.at };
    case 'ChatDeleted':
      return { type: 'chatDeleted', messageId: event.messageId, at: event.at };
    case 'ParticipantKnocked': {
      const { participantId, name, at: knockedAt } = event;
      return { type: 'participantKnocked', knock: { participantId, name, knockedAt } };
    }
    case 'KnockWithdrawn':
      return { type: 'knockWithdrawn', participantId: event.participantId };
    case 'ParticipantAdmitted':
      return { type: 'participantAdmitted', participantId: event.participantId };
    case 'ParticipantDenied':
      return { type: 'participantDenied', participantId: event.participantId };
    case 'ParticipantBanned':
      return { type: 'participantBanned', participantId: event.participantId };
    case 'ParticipantUnbanned':
      return { type: 'participantUnbanned', participantId: event.participantId };
    case 'RoomRenamed':
      return { type: 'roomRenamed', name: event.name };
    case 'LockChanged':
      return { type: 'lockChanged', locked: event.locked };
    case 'LobbyChanged':
      return { type: 'lobbyChanged', enabled: event.lobby };
    case 'PasswordChanged':
      return { type: 'passwordChanged', protected: event.passwordHash !== null };
    case 'CapacityChanged':
      return { type: 'capacityChanged', capacity: event.capacity };
    case 'ReencodingPolicyChanged':
      return { type: 'reencodingPolicyChanged', policy: event.policy };
    case 'RecordingWished':
      return { type: 'recordingWished', wanted: event.wanted };
    default:
      return assertNever(event);
  }
}
