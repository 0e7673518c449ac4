import { placeOf } from './breakouts.ts';
import { areSameGrants } from './queries.ts';
import { settingsChanges } from './rules/following.ts';
import {
  ALL_GRANTS,
  type FollowedSettings,
  type Grants,
  type Participant,
  type ParticipantId,
  type Role,
  type RoomId,
  type RoomState,
} from './state.ts';

/** When the breakout rooms end by themselves; null if they do not. */
export function breakoutsEndAt({ status, breakouts }: RoomState): number | null {
  return status === 'open' ? (breakouts?.endsAt ?? null) : null;
}

export type BreakoutDuty =
  | { readonly type: 'CloseBreakout'; readonly unless: string | null }
  | { readonly type: 'CallBack'; readonly participantId: ParticipantId }
  | { readonly type: 'FollowSettings'; readonly settings: FollowedSettings }
  | {
      readonly type: 'FollowParticipant';
      readonly participantId: ParticipantId;
      readonly role: Role;
      readonly grants: Grants | null;
    };

/** Who is banned in a breakout room: the main room, which knows their account, takes these bans over. */
export function bansToMove({ settings, banned }: RoomState, main: RoomState): readonly ParticipantId[] {
  return settings.breakoutOf === undefined || main.status !== 'open' ? [] : [...banned];
}

/**
 * What is to be done in a breakout room by the record of its main room: it closes when the breakouts are over, and
 * whoever belongs in it no more is called back, and settings, hosts and grants are those of the main room. Nothing if
 * it is no breakout room.
 */
export function breakoutDuties(roomId: RoomId, state: RoomState, main: RoomState): readonly BreakoutDuty[] {
  const { breakoutOf } = state.settings;
  if (state.status !== 'open' || breakoutOf === undefined) return [];
  const breakouts = main.status === 'open' ? main.breakouts : null;
  if (breakouts?.id !== breakoutOf.breakoutsId) return [{ type: 'CloseBreakout', unless: breakouts?.id ?? null }];
  const { settings } = main;
  const follow: BreakoutDuty[] =
    settingsChanges(settings, state).length === 0 ? [] : [{ type: 'FollowSettings', settings }];
  const people = [...state.participants.values()].flatMap((before): BreakoutDuty[] => {
    const participantId = before.id;
    if (placeOf(participantId, breakouts).inside !== roomId) return [{ type: 'CallBack', participantId }];
    const participant = main.participants.get(participantId);
    if (participant === undefined) return [];
    const { role } = participant;
    const grants = grantsInside(participant, main);
    if (role === before.role && areSameGrants(grants, before.grants)) return [];
    return [{ type: 'FollowParticipant', participantId, role, grants }];
  });
  return [...follow, ...people];
}

/** What somebody of the main room may in its breakout rooms; null: all. */
export function grantsInside({ grants }: Participant, { settings }: RoomState): Grants | null {
  return grants ?? (areSameGrants(settings.grants, ALL_GRANTS) ? null : settings.grants);
}
