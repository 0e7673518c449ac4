import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { areSameGrants, grantsOf, mayModerate } from '../queries.ts';
import { Refusal } from '../refusal.ts';
import type { Participant, RoomState } from '../state.ts';
import { requireMain, requireModerator, requirePresent } from './actors.ts';

export function setGrants(command: CommandOf<'SetGrants'>, state: RoomState): RoomEvent[] {
  const { participantId, grants } = command;
  requireModerator(command.actor, state);
  requireMain(state);
  const participant = requirePresent(participantId, state);
  if (areSameGrants(grants, participant.grants)) return [];
  return [{ type: 'GrantsChanged', participantId, grants }, ...takeAway({ ...participant, grants }, state)];
}

export function setRoomGrants(command: CommandOf<'SetRoomGrants'>, state: RoomState): RoomEvent[] {
  const { grants } = command;
  requireModerator(command.actor, state);
  requireMain(state);
  if (areSameGrants(grants, state.settings.grants)) return [];
  const after = { ...state, settings: { ...state.settings, grants } };
  const taken = [...state.participants.values()].flatMap((participant) => takeAway(participant, after));
  return [{ type: 'RoomGrantsChanged', grants }, ...taken];
}

/** Stops what the participant may no longer publish, and mutes what they could not unmute [R-GRANT-2]. */
export function takeAway(participant: Participant, { settings }: RoomState): RoomEvent[] {
  const { id: participantId, tracks } = participant;
  if (mayModerate(participant.role)) return [];
  const { sources, unmute } = grantsOf(participant, settings);
  return [...tracks.values()].flatMap(({ id: trackId, source, kind, muted }): RoomEvent[] => {
    if (!sources.includes(source)) return [{ type: 'TrackUnpublished', participantId, trackId }];
    return kind === 'audio' && !unmute && !muted ? [{ type: 'TrackMuted', participantId, trackId }] : [];
  });
}

/** @throws Refusal when a host has not allowed it (NOT_GRANTED) [R-GRANT-1] */
export function requireGrant(isGranted: boolean): void {
  if (!isGranted) throw new Refusal('NOT_GRANTED', 'A host has not allowed you to do this: raise your hand to ask.');
}
