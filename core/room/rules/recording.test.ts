import { describe, expect, it } from 'vitest';
import {
  by,
  created,
  disconnected,
  given,
  joined,
  NOW,
  OPERATOR,
  resumed,
  stateOf,
} from '../../../test/support/room.ts';
import type { RoomEvent } from '../events.ts';

const ROOM = [created(), joined('ann', 1), joined('bob', 2), joined('hal', 3, { role: 'host' })];
const begun = (participantId: string): RoomEvent => ({ type: 'RecordingBegun', participantId, at: NOW });
const ended = (participantId: string): RoomEvent => ({ type: 'RecordingEnded', participantId });
const FORBIDDEN: RoomEvent = { type: 'RecordingAllowedChanged', recordingAllowed: false };

describe('recordings of people', () => {
  it('[R-REC-1] a recording begins and ends once, and not where it is forbidden', () => {
    const room = given(...ROOM);
    room.when(by('ann', 1), { type: 'BeginRecording' }).then([begun('ann')]);
    room.when(OPERATOR, { type: 'BeginRecording' }).refused('FORBIDDEN');
    room.when(by('ann', 1), { type: 'EndRecording', participantId: 'ann' }).nothing();
    given(...ROOM, begun('ann'))
      .when(by('ann', 1), { type: 'BeginRecording' })
      .nothing();

    const forbidden = given(...ROOM, FORBIDDEN);
    for (const actor of [by('ann', 1), by('hal', 3)]) {
      forbidden.when(actor, { type: 'BeginRecording' }).refused('NOT_GRANTED');
    }
  });

  it('[R-REC-2] its owner and hosts end it, and forbidding ends all', () => {
    const room = given(...ROOM, begun('ann'), begun('hal'));
    for (const actor of [by('ann', 1), by('hal', 3), OPERATOR]) {
      room.when(actor, { type: 'EndRecording', participantId: 'ann' }).then([ended('ann')]);
    }
    room.when(by('bob', 2), { type: 'EndRecording', participantId: 'ann' }).refused('FORBIDDEN');
    room.when(by('hal', 3), { type: 'EndRecording', participantId: 'zoe' }).refused('PARTICIPANT_NOT_FOUND');

    room.when(by('ann', 1), { type: 'SetRecordingAllowed', recordingAllowed: false }).refused('FORBIDDEN');
    room.when(by('hal', 3), { type: 'SetRecordingAllowed', recordingAllowed: true }).nothing();
    for (const actor of [by('hal', 3), OPERATOR]) {
      room
        .when(actor, { type: 'SetRecordingAllowed', recordingAllowed: false })
        .then([FORBIDDEN, ended('ann'), ended('hal')]);
    }
  });

  it('[R-REC-3] it outlasts a lost connection, and ends with the stay', () => {
    const since = (...after: RoomEvent[]) =>
      stateOf(...ROOM, begun('ann'), ...after).participants.get('ann')?.recordingSince;
    expect(since(disconnected('ann', 1), resumed('ann', 4))).toBe(NOW);
    const left: RoomEvent = { type: 'ParticipantGone', participantId: 'ann', departure: 'expired', at: NOW };
    expect(since(left, joined('ann', 4))).toBeNull();
  });
});
