import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { areSameGrants } from '../queries.ts';
import type { FollowedSettings, RoomState } from '../state.ts';
import { requireNode } from './actors.ts';
import { takeAway } from './grants.ts';
import { allowRecordings } from './recording.ts';
import { changeSetting } from './settings.ts';

/** What the person is and may in the main room they are and may in its breakout room [R-BREAKOUT-7]. */
export function followParticipant(command: CommandOf<'FollowParticipant'>, state: RoomState): RoomEvent[] {
  const { actor, participantId, role, grants } = command;
  requireNode(actor);
  const participant = state.participants.get(participantId);
  if (state.settings.breakoutOf === undefined || participant === undefined) return [];
  const changes: RoomEvent[] = [];
  if (participant.role !== role) changes.push({ type: 'RoleChanged', participantId, role });
  if (!areSameGrants(participant.grants, grants)) changes.push({ type: 'GrantsChanged', participantId, grants });
  return changes.length === 0 ? [] : [...changes, ...takeAway({ ...participant, role, grants }, state)];
}

/** What a host changes in the main room holds in its breakout rooms too [R-BREAKOUT-9]. */
export function followSettings(command: CommandOf<'FollowSettings'>, state: RoomState): RoomEvent[] {
  requireNode(command.actor);
  return state.settings.breakoutOf === undefined ? [] : settingsChanges(command.settings, state);
}

/** What makes the settings of a room these. */
export function settingsChanges(wanted: FollowedSettings, state: RoomState): RoomEvent[] {
  const { reencoding: policy, hotStandby, joinMuted, privateChat, filesAllowed, mediaBounds: bounds } = wanted;
  const changes = [
    { type: 'SetReencodingPolicy', policy },
    { type: 'SetHotStandby', hotStandby },
    { type: 'SetJoinMuted', joinMuted },
    { type: 'SetPrivateChat', privateChat },
    { type: 'SetFilesAllowed', filesAllowed },
    { type: 'SetMediaBounds', bounds },
  ] as const;
  return [
    ...allowRecordings(wanted.recordingAllowed, state),
    ...changes.flatMap((change) => changeSetting(change, state.settings)),
  ];
}
