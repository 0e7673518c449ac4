import type { Actor } from '../commands.ts';
import { mayModerate } from '../queries.ts';
import { Refusal } from '../refusal.ts';
import type { Participant, ParticipantId, RoomState } from '../state.ts';

/**
 * Returns the participant who asks, in its only valid session: the newest one, while its connection lasts [J5,
 * R-ACTOR-1].
 */
export function requireParticipant(actor: Actor, state: RoomState): Participant {
  if (actor.kind !== 'participant') throw new Refusal('FORBIDDEN', 'Only a participant can do this, for itself.');
  const participant = state.participants.get(actor.participantId);
  if (participant === undefined) throw new Refusal('NOT_IN_ROOM', 'You are not in this room: join it.');
  if (participant.session !== actor.session || !participant.connected) {
    throw new Refusal('STALE_SESSION', 'This connection was replaced or given up: resume the session.');
  }
  return participant;
}

/** A node's observation or the operator's order: never a participant's command [R-ACTOR-2]. */
export function requireNode(actor: Actor): void {
  if (actor.kind === 'participant') throw new Refusal('FORBIDDEN', 'Participants cannot do this.');
}

/** Never a participant, not even a host [R-ACTOR-7]. */
export function requireOperator(actor: Actor): void {
  if (actor.kind !== 'operator') throw new Refusal('FORBIDDEN', 'Only whoever runs the server can do this.');
}

/** A host of the room, or the operator [R-ACTOR-3]. */
export function requireModerator(actor: Actor, state: RoomState): void {
  if (actor.kind === 'operator') return;
  if (!mayModerate(requireParticipant(actor, state).role)) {
    throw new Refusal('FORBIDDEN', 'Only a host of this room can do this.');
  }
}

/** The owner, a host, or the operator [R-ACTOR-4]. */
export function requireOwnerOrModerator(actor: Actor, ownerId: ParticipantId, state: RoomState): void {
  if (actor.kind === 'operator') return;
  const participant = requireParticipant(actor, state);
  if (participant.id !== ownerId && !mayModerate(participant.role)) {
    throw new Refusal('FORBIDDEN', 'Only its owner or a host of this room can do this.');
  }
}

/** Of this a breakout room has what its main room has [R-BREAKOUT-7, R-BREAKOUT-9]. */
export function requireMain({ settings }: RoomState): void {
  if (settings.breakoutOf !== undefined) {
    throw new Refusal('INVALID', 'Breakout rooms follow their main room in this: change it there.');
  }
}

/** Somebody in the room, connected or not. */
export function requirePresent(participantId: ParticipantId, state: RoomState): Participant {
  const participant = state.participants.get(participantId);
  if (participant === undefined) throw new Refusal('PARTICIPANT_NOT_FOUND', 'This participant is not in the room.');
  return participant;
}
