import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { grantsOf } from '../queries.ts';
import { Refusal } from '../refusal.ts';
import type { Participant, RoomState, Track } from '../state.ts';
import { requireModerator, requireOwnerOrModerator, requirePresent } from './actors.ts';

/** Everybody but the one who asks [R-SOUND-2]. */
export function muteAll({ actor }: CommandOf<'MuteAll'>, state: RoomState): RoomEvent[] {
  requireModerator(actor, state);
  const selfId = actor.kind === 'participant' ? actor.participantId : null;
  return [...state.participants.values()].flatMap((participant): RoomEvent[] => {
    const track = participant.id === selfId ? undefined : microphoneOf(participant);
    if (track === undefined || track.muted) return [];
    return [{ type: 'TrackMuted', participantId: participant.id, trackId: track.id }];
  });
}

/** Asking again, or somebody who can be heard, changes nothing [R-SOUND-3]. */
export function askToUnmute(command: CommandOf<'AskToUnmute'>, state: RoomState): RoomEvent[] {
  const { participantId, now: at } = command;
  requireModerator(command.actor, state);
  const participant = requirePresent(participantId, state);
  const { sources, unmute } = grantsOf(participant, state.settings);
  if (!unmute || !sources.includes('microphone')) {
    throw new Refusal('INVALID', 'This person may not turn the microphone on: allow it first.');
  }
  if (participant.unmuteAskedAt !== null || microphoneOf(participant)?.muted === false) return [];
  return [{ type: 'UnmuteAsked', participantId, at }];
}

export function declineUnmute(command: CommandOf<'DeclineUnmute'>, state: RoomState): RoomEvent[] {
  const { participantId } = command;
  requireOwnerOrModerator(command.actor, participantId, state);
  if (requirePresent(participantId, state).unmuteAskedAt === null) return [];
  return [{ type: 'UnmuteDeclined', participantId }];
}

function microphoneOf({ tracks }: Participant): Track | undefined {
  for (const track of tracks.values()) if (track.source === 'microphone') return track;
  return undefined;
}
