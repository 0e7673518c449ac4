import { describe, it } from 'vitest';
import { by, created, given, joined, NOW, OPERATOR } from '../../../test/support/room.ts';
import type { RoomEvent } from '../events.ts';

const ROOM = [created(), joined('ann', 1), joined('bob', 2), joined('hal', 3, { role: 'host' })];
const raised = (participantId: string, at = NOW): RoomEvent => ({ type: 'HandRaised', participantId, at });

describe('hands', () => {
  it('[R-HAND-1] a hand goes up and down once', () => {
    given(...ROOM)
      .when(by('ann', 1), { type: 'RaiseHand' })
      .then([raised('ann')]);
    given(...ROOM)
      .when(by('ann', 1), { type: 'LowerHand', participantId: 'ann' })
      .nothing();

    const room = given(...ROOM, raised('ann'));
    room.when(by('ann', 1), { type: 'RaiseHand' }).nothing();
    for (const actor of [by('ann', 1), by('hal', 3), OPERATOR]) {
      room
        .when(actor, { type: 'LowerHand', participantId: 'ann' })
        .then([{ type: 'HandLowered', participantId: 'ann' }]);
    }
    room.when(by('hal', 3), { type: 'LowerHand', participantId: 'zoe' }).refused('PARTICIPANT_NOT_FOUND');
  });

  it('[R-HAND-2] a later hand is recorded as later', () => {
    const room = given(...ROOM, raised('ann', NOW + 100), raised('hal', NOW + 101));
    room.when(by('bob', 2), { type: 'RaiseHand' }).then([raised('bob', NOW + 102)]);
    room.when(by('bob', 2), { type: 'RaiseHand' }, { now: NOW + 200 }).then([raised('bob', NOW + 200)]);
  });
});
