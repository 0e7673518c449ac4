import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { Refusal } from '../refusal.ts';
import type { RoomState } from '../state.ts';
import { requireNode, requireParticipant } from './actors.ts';
import { requireId, toName } from './input.ts';

export function joinRoom(command: CommandOf<'JoinRoom'>, state: RoomState): RoomEvent[] {
  requireNode(command.actor);
  requireId(command.participantId);
  const { participantId, nodeId, role, now: at } = command;
  const name = toName(command.name);
  requireNotBanned(participantId, state);

  const session = nextSession(command, state);
  if (state.participants.has(participantId))
    return [{ type: 'ParticipantResumed', participantId, session, nodeId, at }];

  requireDoorOpen(command, state);
  return [{ type: 'ParticipantJoined', participantId, name, role, session, nodeId, at }];
}

/** The most by which a client can raise the room's session numbers at once: none can use them up. */
const LONGEST_LEAP = 1_000_000;

/**
 * A journal that lost its tail also forgot sessions: no number may come twice for the same participant, or an old
 * connection could speak for the new one [J5].
 */
function nextSession({ sessionSeen = 0 }: { readonly sessionSeen?: number }, { lastSession }: RoomState): number {
  return Math.max(lastSession, Math.min(sessionSeen, lastSession + LONGEST_LEAP)) + 1;
}

/**
 * Checks capacity, lock, password and lobby, in this order: reasons that the person cannot change come first
 * [R-JOIN-3].
 */
function requireDoorOpen(command: CommandOf<'JoinRoom'>, state: RoomState): void {
  const { settings, participants, admitted } = state;
  const isHost = command.role === 'host';
  const isAdmitted = admitted.has(command.participantId);

  if (participants.size >= settings.capacity) throw new Refusal('ROOM_FULL', 'The room is full: try again later.');
  if (settings.locked && !isHost && !isAdmitted) {
    throw new Refusal('ROOM_LOCKED', 'The room is locked: ask a host to unlock it.');
  }
  if (settings.passwordHash !== null && command.passwordVerifiedFor !== settings.passwordHash) {
    if (command.passwordVerifiedFor === null)
      throw new Refusal('PASSWORD_REQUIRED', 'The room has a password: give it.');
    throw new Refusal('PASSWORD_WRONG', 'The password is wrong or was changed: give it again.');
  }
  if (settings.lobby && !isHost && !isAdmitted) {
    throw new Refusal('LOBBY', 'The room has a lobby: knock, and a host lets you in.');
  }
}

export function resumeSession(command: CommandOf<'ResumeSession'>, state: RoomState): RoomEvent[] {
  requireNode(command.actor);
  const { participantId, nodeId, now: at } = command;
  requireNotBanned(participantId, state);
  if (!state.participants.has(participantId))
    throw new Refusal('NOT_IN_ROOM', 'You are no longer in this room: join it.');
  return [{ type: 'ParticipantResumed', participantId, session: nextSession(command, state), nodeId, at }];
}

export function leaveRoom(command: CommandOf<'LeaveRoom'>, state: RoomState): RoomEvent[] {
  const { id: participantId } = requireParticipant(command.actor, state);
  return [{ type: 'ParticipantGone', participantId, departure: 'left', at: command.now }];
}

export function disconnectParticipant(command: CommandOf<'DisconnectParticipant'>, state: RoomState): RoomEvent[] {
  requireNode(command.actor);
  const { participantId, session, now } = command;
  const participant = state.participants.get(participantId);
  if (participant?.session !== session || !participant.connected) return [];
  return [{ type: 'ParticipantDisconnected', participantId, session, expiresAt: now + state.settings.graceMs }];
}

export function disconnectNode(command: CommandOf<'DisconnectNode'>, state: RoomState): RoomEvent[] {
  requireNode(command.actor);
  const events: RoomEvent[] = [];
  const expiresAt = command.now + state.settings.graceMs;
  for (const { id: participantId, session, nodeId, connected } of state.participants.values()) {
    if (nodeId !== command.nodeId || !connected) continue;
    events.push({ type: 'ParticipantDisconnected', participantId, session, expiresAt });
  }
  for (const { participantId, nodeId } of state.lobby.values()) {
    if (nodeId === command.nodeId) events.push({ type: 'KnockWithdrawn', participantId });
  }
  return events;
}

export function expireParticipants(command: CommandOf<'ExpireParticipants'>, state: RoomState): RoomEvent[] {
  requireNode(command.actor);
  const events: RoomEvent[] = [];
  for (const { id: participantId, expiresAt } of state.participants.values()) {
    if (expiresAt === null || expiresAt > command.now) continue;
    events.push({ type: 'ParticipantGone', participantId, departure: 'expired', at: command.now });
  }
  return events;
}

function requireNotBanned(participantId: string, state: RoomState): void {
  if (state.banned.has(participantId)) throw new Refusal('BANNED', 'A host has banned you from this room.');
}

export function knock(command: CommandOf<'Knock'>, state: RoomState): RoomEvent[] {
  requireNode(command.actor);
  requireId(command.participantId);
  const { participantId, nodeId, now: at } = command;
  const name = toName(command.name);
  requireNotBanned(participantId, state);

  if (!state.settings.lobby) throw new Refusal('INVALID', 'The room has no lobby: join it.');
  if (state.participants.has(participantId)) throw new Refusal('INVALID', 'You are in this room: join it again.');
  if (state.admitted.has(participantId)) return [];

  const entry = state.lobby.get(participantId);
  if (entry?.nodeId === nodeId && entry.name === name) return [];
  if (entry === undefined && state.lobby.size >= state.settings.capacity) {
    throw new Refusal('ROOM_FULL', 'Too many people wait in the lobby: try again later.');
  }
  return [{ type: 'ParticipantKnocked', participantId, name, nodeId, at }];
}

/** A node withdraws only a knock that it holds: the person may wait on another node by now [R-LOBBY-4]. */
export function withdrawKnock(command: CommandOf<'WithdrawKnock'>, state: RoomState): RoomEvent[] {
  const { actor, participantId } = command;
  requireNode(actor);
  const entry = state.lobby.get(participantId);
  if (entry === undefined || (actor.kind === 'node' && entry.nodeId !== actor.nodeId)) return [];
  return [{ type: 'KnockWithdrawn', participantId }];
}
