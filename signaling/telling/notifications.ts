import { z } from 'zod';
import type { Commit } from '../../core/room/commit.ts';
import type { ParticipantId } from '../../core/room/state.ts';
import { type NotificationBody, type NotificationName, notifications } from '../protocol/notifications.ts';

/** Why a connection ends for good. */
export type EndReason = NotificationBody<'sessionEnded'>['reason'];

/**
 * A notification as socket.io writes it, checked and encoded once for any number of receivers. Fields that the schema
 * does not name stay on the server [S2].
 */
export function encode<N extends NotificationName>(name: N, body: NotificationBody<N>): string {
  return encodeAs(name, z.encode(notifications[name], body));
}

/** The same for a body that is already encoded. */
export function encodeAs(name: NotificationName, body: unknown): string {
  return `2${JSON.stringify([name, body])}`;
}

/**
 * Returns whether these commits cannot bring a participant's copy up to date: its own role changed, so it needs the
 * whole room.
 */
export function changesRoleOf(commits: readonly Commit[], participantId: ParticipantId): boolean {
  return commits.some(({ events }) =>
    events.some(
      (event) =>
        (event.type === 'RoleChanged' || event.type === 'ParticipantJoined' || event.type === 'ParticipantGone') &&
        event.participantId === participantId,
    ),
  );
}

/** Returns why a commit ends this participant's stay; null if it does not. */
export function endedBy(commit: Commit, participantId: ParticipantId): EndReason | null {
  for (const event of commit.events) {
    if (event.type === 'RoomClosed') return 'roomClosed';
    if (event.type === 'ParticipantGone' && event.participantId === participantId) return event.departure;
  }
  return null;
}

/** Returns what a commit decides about somebody in the lobby; null if it decides nothing. */
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
