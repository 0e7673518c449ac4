import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { Refusal } from '../refusal.ts';
import { LOBBY_MS, type RoomState } from '../state.ts';
import { requireNode, requireParticipant } from './actors.ts';
import {
  originOf,
  requireDoorOpen,
  requireMayKnock,
  requireMayResume,
  requireMayTakeOver,
  requireNotBanned,
  requireOriginNotBanned,
  requireTokenInForce,
} from './door.ts';
import { requireId, toName } from './input.ts';
import { toNameApart } from './names.ts';

export function joinRoom(command: CommandOf<'JoinRoom'>, state: RoomState): RoomEvent[] {
  requireNode(command.actor);
  requireId(command.participantId);
  const { participantId, nodeId, entrant, now: at } = command;
  const name = toName(command.name);
  requireNotBanned(participantId, state);
  requireTokenInForce(participantId, entrant, state);

  const session = nextSession(command, state);
  const origin = originOf(entrant);
  const holder = state.participants.get(participantId);
  if (holder !== undefined) {
    requireMayTakeOver(command, holder, state);
    return [{ type: 'ParticipantResumed', participantId, session, nodeId, at, ...origin }];
  }

  // What a host last made of the person counts for more than the token [R-JOIN-8]; the main room's word is the newest.
  const role = (state.settings.breakoutOf ? undefined : state.roles.get(participantId)) ?? command.role;
  requireOriginNotBanned(command, role === 'host', state);
  requireDoorOpen({ ...command, role }, state);
  return [
    {
      type: 'ParticipantJoined',
      participantId,
      name: entrant?.nameFixed ? name : toNameApart(name, participantId, state),
      role,
      session,
      nodeId,
      at,
      ...(entrant?.nameFixed && { nameFixed: true }),
      ...(entrant?.grants && { grants: entrant.grants }),
      ...origin,
    },
  ];
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

export function resumeSession(command: CommandOf<'ResumeSession'>, state: RoomState): RoomEvent[] {
  requireNode(command.actor);
  const { participantId, nodeId, entrant, now: at } = command;
  requireNotBanned(participantId, state);
  requireMayResume(participantId, entrant, state);
  const session = nextSession(command, state);
  return [{ type: 'ParticipantResumed', participantId, session, nodeId, at, ...originOf(entrant) }];
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
  for (const { participantId, knockedAt } of state.lobby.values()) {
    if (knockedAt + LOBBY_MS <= command.now) events.push({ type: 'ParticipantDenied', participantId });
  }
  return events;
}

export function knock(command: CommandOf<'Knock'>, state: RoomState): RoomEvent[] {
  requireNode(command.actor);
  requireId(command.participantId);
  const { participantId, nodeId, entrant, now: at } = command;
  const name = toName(command.name);
  requireNotBanned(participantId, state);
  requireTokenInForce(participantId, entrant, state);
  requireOriginNotBanned(command, false, state);

  if (!state.settings.lobby) throw new Refusal('INVALID', 'The room has no lobby: join it.');
  if (state.participants.has(participantId)) throw new Refusal('INVALID', 'You are in this room: join it again.');
  if (state.admitted.has(participantId)) return [];

  const entry = state.lobby.get(participantId);
  if (entry?.nodeId === nodeId && entry.name === name) return [];
  if (entry === undefined) {
    requireMayKnock(command, state);
    if (state.lobby.size >= state.settings.capacity) {
      throw new Refusal('ROOM_FULL', 'Too many people wait in the lobby: try again later.');
    }
  }
  return [{ type: 'ParticipantKnocked', participantId, name, nodeId, at, ...originOf(entrant) }];
}

/** A node withdraws only a knock that it holds: the person may wait on another node by now [R-LOBBY-4]. */
export function withdrawKnock(command: CommandOf<'WithdrawKnock'>, state: RoomState): RoomEvent[] {
  const { actor, participantId } = command;
  requireNode(actor);
  const entry = state.lobby.get(participantId);
  if (entry === undefined || (actor.kind === 'node' && entry.nodeId !== actor.nodeId)) return [];
  return [{ type: 'KnockWithdrawn', participantId }];
}
