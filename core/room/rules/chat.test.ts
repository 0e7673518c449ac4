import { describe, expect, it } from 'vitest';
import {
  by,
  type CommandBody,
  created,
  given,
  joined,
  NOW,
  OPERATOR,
  posted,
  resumed,
  stateOf,
} from '../../../test/support/room.ts';
import type { RoomEvent } from '../events.ts';
import { CHAT_KEPT } from '../state.ts';

const post = (messageId: string, text = 'hello'): CommandBody => ({ type: 'PostChat', messageId, text });
const edit = (messageId: string, text: string): CommandBody => ({ type: 'EditChat', messageId, text });
const remove = (messageId: string): CommandBody => ({ type: 'DeleteChat', messageId });
const deleted: RoomEvent = { type: 'ChatDeleted', messageId: 'm1', at: NOW };

const ROOM = [created(), joined('ann', 1), joined('bob', 2), joined('hal', 3, { role: 'host' })];

describe('chat', () => {
  it('[R-CHAT-1] a message id is posted once', () => {
    const room = given(...ROOM, posted('ann', 'm1'), resumed('ann', 4));
    room.when(by('ann', 4), post('m1', 'again')).nothing();
    room.when(by('bob', 2), post('m1')).refused('INVALID');
    given(...ROOM, posted('ann', 'm1'), deleted)
      .when(by('ann', 1), post('m1'))
      .nothing();
  });

  it('[R-CHAT-6] a message that may have been sent before is taken only while the room would remember it', () => {
    const sentAt = (newest: string | null, room = stateOf(...ROOM).createdAt): CommandBody => ({
      type: 'PostChat',
      messageId: 'mine',
      text: 'hello',
      firstSent: { room, newest },
    });
    const many = Array.from({ length: CHAT_KEPT }, (_, index) => posted('bob', `b${index}`));
    const full = given(...ROOM, ...many);
    full.when(by('ann', 1), sentAt('b0')).then([posted('ann', 'mine')]);
    given(...ROOM, ...many, posted('bob', 'last'))
      .when(by('ann', 1), sentAt('b0'))
      .refused('TOO_LATE');
    given(...ROOM, posted('ann', 'mine'), ...many.slice(1))
      .when(by('ann', 1), sentAt('forgotten'))
      .nothing();
    full.when(by('ann', 1), sentAt(null)).refused('TOO_LATE');
    given(...ROOM, ...many.slice(1))
      .when(by('ann', 1), sentAt(null))
      .then([posted('ann', 'mine')]);
    // A room that was closed and created again is another one.
    given(...ROOM)
      .when(by('ann', 1), sentAt(null, NOW - 86_400_000))
      .refused('TOO_LATE');
  });

  it('[R-CHAT-2] the time of messages never goes backwards', () => {
    const room = given(...ROOM, posted('ann', 'm1', 'hello', NOW + 500));
    room.when(by('bob', 2), post('m2')).then([posted('bob', 'm2', 'hello', NOW + 500)]);
    room.when(by('bob', 2), post('m2'), { now: NOW + 501 }).then([posted('bob', 'm2', 'hello', NOW + 501)]);
    room
      .when(by('ann', 1), edit('m1', 'hullo'))
      .then([{ type: 'ChatEdited', messageId: 'm1', text: 'hullo', at: NOW + 500 }]);
  });

  it('[R-CHAT-2] a message from a clock in 2099 does not give its time to those that follow', () => {
    const room = given(...ROOM, posted('ann', 'm1', 'hello', Date.UTC(2099)));
    room.when(by('bob', 2), post('m2')).then([posted('bob', 'm2', 'hello', NOW)]);
    room
      .when(by('ann', 1), edit('m1', 'hullo'))
      .then([{ type: 'ChatEdited', messageId: 'm1', text: 'hullo', at: NOW }]);
  });

  it('[R-CHAT-3] only the author edits a message', () => {
    const room = given(...ROOM, posted('ann', 'm1'));
    room.when(by('hal', 3), edit('m1', 'hullo')).refused('FORBIDDEN');
    room.when(by('bob', 2), edit('m1', 'hullo')).refused('FORBIDDEN');
    room.when(by('ann', 1), edit('m1', ' hello ')).nothing();
    room
      .when(by('ann', 1), edit('m1', 'hullo'))
      .then([{ type: 'ChatEdited', messageId: 'm1', text: 'hullo', at: NOW }]);
    room.when(by('ann', 1), edit('m2', 'hullo')).refused('MESSAGE_NOT_FOUND');
  });

  it('[R-CHAT-4] deleting a message empties its text and is final', () => {
    const room = given(...ROOM, posted('ann', 'm1'));
    for (const actor of [by('ann', 1), by('hal', 3), OPERATOR]) room.when(actor, remove('m1')).then([deleted]);
    room.when(by('bob', 2), remove('m1')).refused('FORBIDDEN');
    room.when(by('bob', 2), remove('m2')).refused('MESSAGE_NOT_FOUND');
    room.when(OPERATOR, remove('m2')).refused('MESSAGE_NOT_FOUND');

    const after = given(...ROOM, posted('ann', 'm1'), deleted);
    after.when(by('ann', 1), remove('m1')).nothing();
    after.when(by('ann', 1), edit('m1', 'hullo')).refused('MESSAGE_NOT_FOUND');
    expect(stateOf(...ROOM, posted('ann', 'm1'), deleted).chat[0]).toMatchObject({ text: '', deleted: true });
  });

  it('[R-CHAT-5] a message keeps the name its author had', () => {
    const state = stateOf(...ROOM, posted('ann', 'm1'), {
      type: 'ParticipantRenamed',
      participantId: 'ann',
      name: 'Anna',
    });
    expect(state.chat[0]?.name).toBe('ann');
  });

  it('[R-INPUT-3] the text of a message is trimmed and has 1 to 4,000 characters', () => {
    const room = given(...ROOM);
    room.when(by('ann', 1), post('m1', ' hi\nthere ')).then([posted('ann', 'm1', 'hi\nthere')]);
    room.when(by('ann', 1), post('m1', ' \n ')).refused('INVALID');
    room.when(by('ann', 1), post('m1', 'x'.repeat(4_001))).refused('INVALID');
    const thumbs = '👍'.repeat(4_000);
    room.when(by('ann', 1), post('m1', thumbs)).then([posted('ann', 'm1', thumbs)]);
    room.when(by('ann', 1), post('', 'hello')).refused('INVALID');
    given(...ROOM, posted('ann', 'm1'))
      .when(by('ann', 1), edit('m1', ''))
      .refused('INVALID');
  });
});
