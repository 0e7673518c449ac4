import { type BreakoutRoom, type Breakouts, LONGEST_BREAKOUTS_MS, MAX_BREAKOUTS, placeOf } from '../breakouts.ts';
import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { mayModerate } from '../queries.ts';
import { Refusal } from '../refusal.ts';
import type { RoomId, RoomState } from '../state.ts';
import { requireModerator, requireNode, requireParticipant, requirePresent } from './actors.ts';
import { requireId, toName } from './input.ts';
import { banned } from './moderation.ts';

export function openBreakouts(command: CommandOf<'OpenBreakouts'>, state: RoomState): RoomEvent[] {
  const { actor, breakoutsId: id, free, durationMs, now: at } = command;
  requireModerator(actor, state);
  requireId(id);
  if (state.settings.breakoutOf !== undefined) {
    throw new Refusal('INVALID', 'A breakout room has no breakout rooms of its own.');
  }
  if (state.breakouts !== null) throw new Refusal('INVALID', 'Breakout rooms are open already: end them first.');
  const rooms = command.rooms.map(({ id, name }) => ({ id, name: toName(name) }));
  for (const room of rooms) requireId(room.id);
  if (rooms.length < 1 || rooms.length > MAX_BREAKOUTS || new Set(rooms.map(({ id }) => id)).size < rooms.length) {
    throw new Refusal('INVALID', `There are 1 to ${MAX_BREAKOUTS} breakout rooms at once.`);
  }
  const endsAt = durationMs === null ? null : requireEnd(at + durationMs, at);
  // Whoever has left meanwhile is not assigned.
  const assigned = command.assigned.filter(({ participantId, roomId }) => {
    return state.participants.has(participantId) && rooms.some((room) => room.id === roomId);
  });
  return [{ type: 'BreakoutsOpened', id, rooms, free, endsAt, assigned, at }];
}

export function setBreakoutsEnd(command: CommandOf<'SetBreakoutsEnd'>, state: RoomState): RoomEvent[] {
  requireModerator(command.actor, state);
  const { endsAt: before } = requireBreakouts(state);
  const endsAt = command.endsAt === null ? null : requireEnd(command.endsAt, command.now);
  return endsAt === before ? [] : [{ type: 'BreakoutsChanged', endsAt }];
}

export function endBreakouts({ actor, now: at }: CommandOf<'EndBreakouts'>, state: RoomState): RoomEvent[] {
  requireModerator(actor, state);
  return state.breakouts === null ? [] : [{ type: 'BreakoutsEnded', at }];
}

/** A node ends them when their time is up. */
export function endDueBreakouts({ actor, now: at }: CommandOf<'EndDueBreakouts'>, state: RoomState): RoomEvent[] {
  requireNode(actor);
  const endsAt = state.breakouts?.endsAt ?? null;
  return endsAt === null || at < endsAt ? [] : [{ type: 'BreakoutsEnded', at }];
}

export function assignBreakout(command: CommandOf<'AssignBreakout'>, state: RoomState): RoomEvent[] {
  const { actor, participantId, roomId } = command;
  requireModerator(actor, state);
  const breakouts = requireBreakouts(state);
  requirePresent(participantId, state);
  if (roomId !== null) requireRoom(roomId, breakouts);
  if (placeOf(participantId, breakouts).assigned === roomId) return [];
  return [{ type: 'BreakoutAssigned', participantId, roomId }];
}

/** Nobody is seen or heard in two rooms: what they publish in the main room ends [R-BREAKOUT-4]. */
export function enterBreakout({ actor, roomId }: CommandOf<'EnterBreakout'>, state: RoomState): RoomEvent[] {
  const { id: participantId, role, tracks } = requireParticipant(actor, state);
  const breakouts = requireBreakouts(state);
  requireRoom(roomId, breakouts);
  const { assigned, inside } = placeOf(participantId, breakouts);
  if (!breakouts.free && assigned !== roomId && !mayModerate(role)) {
    throw new Refusal('FORBIDDEN', 'A host assigns people to breakout rooms: this one is not yours.');
  }
  const unpublished = [...tracks.keys()].map((trackId) => {
    return { type: 'TrackUnpublished', participantId, trackId } as const;
  });
  if (inside === roomId) return unpublished;
  return [...unpublished, { type: 'BreakoutEntered', participantId, roomId }];
}

export function leaveBreakout({ actor }: CommandOf<'LeaveBreakout'>, state: RoomState): RoomEvent[] {
  const { id: participantId } = requireParticipant(actor, state);
  return placeOf(participantId, state.breakouts).inside === null ? [] : [{ type: 'BreakoutLeft', participantId }];
}

/** Asked of the main room before somebody gets into a breakout room [R-BREAKOUT-3]. */
export function confirmBreakout(command: CommandOf<'ConfirmBreakout'>, state: RoomState): RoomEvent[] {
  const { actor, participantId, roomId } = command;
  requireNode(actor);
  if (placeOf(participantId, state.breakouts).inside === roomId) return [];
  throw new Refusal('NOT_IN_ROOM', 'You are not in this breakout room: enter it from the main room.');
}

/** `unless`: the breakouts that the room may belong to; null: none are open [R-BREAKOUT-5]. */
export function closeBreakout({ actor, unless, now: at }: CommandOf<'CloseBreakout'>, state: RoomState): RoomEvent[] {
  requireNode(actor);
  const { breakoutOf } = state.settings;
  return breakoutOf === undefined || breakoutOf.breakoutsId === unless ? [] : [{ type: 'RoomClosed', at }];
}

/** Ends the stay of somebody whom the main room has no more in this breakout room [R-BREAKOUT-5]. */
export function callBack({ actor, participantId, now: at }: CommandOf<'CallBack'>, state: RoomState): RoomEvent[] {
  requireNode(actor);
  if (state.settings.breakoutOf === undefined || !state.participants.has(participantId)) return [];
  return [{ type: 'ParticipantGone', participantId, departure: 'left', at }];
}

/** A ban that a host gave in a breakout room holds in the meeting, and is lifted here from now on [R-BREAKOUT-8]. */
export function banFromBreakout(command: CommandOf<'BanFromBreakout'>, state: RoomState): RoomEvent[] {
  requireNode(command.actor);
  return banned(command, state);
}

export function liftMovedBan({ actor, participantId }: CommandOf<'LiftMovedBan'>, state: RoomState): RoomEvent[] {
  requireNode(actor);
  if (state.settings.breakoutOf === undefined || !state.banned.has(participantId)) return [];
  return [{ type: 'ParticipantUnbanned', participantId }];
}

function requireBreakouts({ breakouts }: RoomState): Breakouts {
  if (breakouts === null) throw new Refusal('INVALID', 'There are no breakout rooms now.');
  return breakouts;
}

function requireRoom(roomId: RoomId, { rooms }: Breakouts): BreakoutRoom {
  const room = rooms.find(({ id }) => id === roomId);
  if (room === undefined) throw new Refusal('INVALID', 'There is no such breakout room.');
  return room;
}

function requireEnd(endsAt: number, now: number): number {
  if (!Number.isInteger(endsAt) || endsAt <= now || endsAt > now + LONGEST_BREAKOUTS_MS) {
    throw new Refusal('INVALID', 'Breakout rooms end within a day: end them now with a request of its own.');
  }
  return endsAt;
}
