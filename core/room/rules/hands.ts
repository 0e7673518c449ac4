import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import type { RoomState } from '../state.ts';
import { requireOwnerOrModerator, requireParticipant, requirePresent } from './actors.ts';

export function raiseHand(command: CommandOf<'RaiseHand'>, state: RoomState): RoomEvent[] {
  const { id: participantId, handRaisedAt } = requireParticipant(command.actor, state);
  if (handRaisedAt !== null) return [];
  return [{ type: 'HandRaised', participantId, at: afterEveryHand(command.now, state) }];
}

export function lowerHand(command: CommandOf<'LowerHand'>, state: RoomState): RoomEvent[] {
  const { participantId } = command;
  requireOwnerOrModerator(command.actor, participantId, state);
  if (requirePresent(participantId, state).handRaisedAt === null) return [];
  return [{ type: 'HandLowered', participantId }];
}

/** The first hand up speaks first, whatever the nodes' clocks say: raised hands never share a time [R-HAND-2]. */
function afterEveryHand(now: number, state: RoomState): number {
  let at = now;
  for (const { handRaisedAt } of state.participants.values()) {
    if (handRaisedAt !== null && handRaisedAt >= at) at = handRaisedAt + 1;
  }
  return at;
}
