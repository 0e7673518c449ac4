import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { Refusal } from '../refusal.ts';
import type { RoomState } from '../state.ts';
import {
  requireMain,
  requireModerator,
  requireOwnerOrModerator,
  requireParticipant,
  requirePresent,
} from './actors.ts';

/** Nobody records where the room forbids it, hosts included: they may allow it [R-REC-1]. */
export function beginRecording(command: CommandOf<'BeginRecording'>, state: RoomState): RoomEvent[] {
  const { id: participantId, recordingSince } = requireParticipant(command.actor, state);
  if (!state.settings.recordingAllowed) throw new Refusal('NOT_GRANTED', 'A host does not allow recordings here.');
  return recordingSince === null ? [{ type: 'RecordingBegun', participantId, at: command.now }] : [];
}

export function endRecording(command: CommandOf<'EndRecording'>, state: RoomState): RoomEvent[] {
  const { participantId } = command;
  requireOwnerOrModerator(command.actor, participantId, state);
  return requirePresent(participantId, state).recordingSince === null
    ? []
    : [{ type: 'RecordingEnded', participantId }];
}

/** Forbidding recordings ends those that run [R-REC-2]. */
export function setRecordingAllowed(command: CommandOf<'SetRecordingAllowed'>, state: RoomState): RoomEvent[] {
  requireModerator(command.actor, state);
  requireMain(state);
  return allowRecordings(command.recordingAllowed, state);
}

export function allowRecordings(recordingAllowed: boolean, state: RoomState): RoomEvent[] {
  if (recordingAllowed === state.settings.recordingAllowed) return [];
  const running = recordingAllowed
    ? []
    : [...state.participants.values()].filter((each) => each.recordingSince !== null);
  return [
    { type: 'RecordingAllowedChanged', recordingAllowed },
    ...running.map(({ id: participantId }): RoomEvent => ({ type: 'RecordingEnded', participantId })),
  ];
}
