import { placeOf } from './breakouts.ts';
import type { ParticipantId, Role, RoomId, RoomState } from './state.ts';

/** When the breakout rooms end by themselves; null if they do not. */
export function breakoutsEndAt({ status, breakouts }: RoomState): number | null {
  return status === 'open' ? (breakouts?.endsAt ?? null) : null;
}

export type BreakoutDuty =
  | { readonly type: 'CloseBreakout'; readonly unless: string | null }
  | { readonly type: 'CallBack'; readonly participantId: ParticipantId }
  | { readonly type: 'FollowRole'; readonly participantId: ParticipantId; readonly role: Role };

/** Who is banned in a breakout room: the main room, which knows their account, takes these bans over. */
export function bansToMove({ settings, banned }: RoomState, main: RoomState): readonly ParticipantId[] {
  return settings.breakoutOf === undefined || main.status !== 'open' ? [] : [...banned];
}

/**
 * What is to be done in a breakout room by the record of its main room: it closes when the breakouts are over, and
 * whoever belongs in it no more is called back, and the others are hosts in both or in neither. Nothing if it is no
 * breakout room.
 */
export function breakoutDuties(roomId: RoomId, state: RoomState, main: RoomState): readonly BreakoutDuty[] {
  const { breakoutOf } = state.settings;
  if (state.status !== 'open' || breakoutOf === undefined) return [];
  const breakouts = main.status === 'open' ? main.breakouts : null;
  if (breakouts?.id !== breakoutOf.breakoutsId) return [{ type: 'CloseBreakout', unless: breakouts?.id ?? null }];
  return [...state.participants.values()].flatMap(({ id: participantId, role: before }): BreakoutDuty[] => {
    if (placeOf(participantId, breakouts).inside !== roomId) return [{ type: 'CallBack', participantId }];
    const role = main.participants.get(participantId)?.role ?? before;
    return role === before ? [] : [{ type: 'FollowRole', participantId, role }];
  });
}
