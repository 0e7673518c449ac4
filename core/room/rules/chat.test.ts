import { describe, expect, it } from 'vitest';
import {
  by,
  type CommandBody,
  commitOf,
  created,
  given,
  joined,
  NOW,
  OPERATOR,
  posted,
  resumed,
  stateOf,
} from '../../../test/support/room.ts';
import { ORIGIN } from '../commit.ts';
import type { RoomEvent } from '../events.ts';
import { evolveCommit, evolveRedacted } from '../evolve.ts';
import { filesGone } from '../files.ts';
import { redact, redactState } from '../redact.ts';
import { CHAT_KEPT, type ChatMessage, EMPTY_ROOM, PRIVATE_BYTES, PRIVATE_BYTES_OF_PAIR } from '../state.ts';

const post = (messageId: string, text = 'hello'): CommandBody => ({ type: 'PostChat', messageId, text });
const edit = (messageId: string, text: string): CommandBody => ({ type: 'EditChat', messageId, text });
const remove = (messageId: string): CommandBody => ({ type: 'DeleteChat', messageId });
const deleted: RoomEvent = { type: 'ChatDeleted', messageId: 'm1', at: NOW };

/** Private messages, a millisecond apart. */
function whispers(participantId: string, to: string, count: number, length = 20): RoomEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ type: 'PrivateMessagePosted', messageId: `${participantId}${index}`, participantId, to, name: participantId },
    ...{ text: 'x'.repeat(length), at: NOW + index },
  }));
}

/** The chat as a client has it that was there all the time; null sees what everybody does. */
function clientsCopy(events: readonly RoomEvent[], viewer: string | null) {
  const commits = events.map((event) => redact(commitOf(ORIGIN, [event]), 'participant', viewer));
  return evolveRedacted(redactState(EMPTY_ROOM, 'participant'), commits).chat;
}

function seen(events: readonly RoomEvent[], viewer: string | null) {
  return redactState(stateOf(...events), 'participant', viewer).chat;
}

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
    full.when(by('ann', 1), sentAt(null)).then([posted('ann', 'mine')]);
    given(...ROOM, ...many, posted('bob', 'last'))
      .when(by('ann', 1), sentAt(null))
      .refused('TOO_LATE');
    // What private messages pushed out may be one of them, and none for everybody.
    const flooded = given(...ROOM, posted('hal', 'before'), ...whispers('ann', 'bob', 600));
    flooded.when(by('ann', 1), sentAt('before')).then([posted('ann', 'mine', 'hello', NOW + 599)]);
    const whisper = { ...sentAt('before'), to: 'bob' } as CommandBody;
    flooded.when(by('ann', 1), whisper).refused('TOO_LATE');
    const after = given(...ROOM, ...whispers('ann', 'bob', 600), posted('hal', 'before', 'hi', NOW + 2_000));
    after
      .when(by('ann', 1), whisper, { now: NOW + 2_000 })
      .then([{ ...whispers('ann', 'bob', 1)[0], messageId: 'mine', text: 'hello', at: NOW + 2_000 } as RoomEvent]);
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

  it('[R-CHAT-8] a private message goes to somebody else in the room, if the room allows it', () => {
    const whisper = (to: string): CommandBody => ({ type: 'PostChat', messageId: 'm1', text: 'hello', to });
    const sent: RoomEvent = {
      type: 'PrivateMessagePosted',
      messageId: 'm1',
      participantId: 'ann',
      to: 'bob',
      name: 'ann',
      text: 'hello',
      at: NOW,
    };
    const room = given(...ROOM);
    room.when(by('ann', 1), whisper('bob')).then([sent]);
    room.when(by('ann', 1), whisper('ann')).refused('INVALID');
    room.when(by('ann', 1), whisper('zoe')).refused('PARTICIPANT_NOT_FOUND');
    given(...ROOM, { type: 'PrivateChatChanged', privateChat: false })
      .when(by('ann', 1), whisper('bob'))
      .refused('NOT_GRANTED');
  });

  it('[R-CHAT-10] private messages have bytes of their own: they push out nothing else, and clients forget the same', () => {
    const file = { id: 'f', name: 'f.txt', bytes: 1, mediaType: 'text/plain' };
    const shared: RoomEvent = {
      type: 'FileShared',
      messageId: 'file',
      participantId: 'hal',
      name: 'hal',
      file,
      at: NOW,
    };
    const others = Array.from({ length: 60 }, (_, index) => `p${index}`);
    const events = [
      ...ROOM,
      shared,
      ...whispers('hal', 'ann', 3),
      posted('bob', 'm1'),
      ...whispers('ann', 'bob', 600),
      { ...whispers('bob', 'ann', 1)[0], messageId: 'answer' } as RoomEvent,
    ];
    const { chat } = stateOf(...events);
    const bytes = (among: readonly ChatMessage[]) => among.reduce((sum, { text }) => sum + 256 + 2 * text.length, 0);
    expect(chat.slice(0, 5).map(({ id }) => id)).toEqual(['file', 'hal0', 'hal1', 'hal2', 'm1']);
    expect(bytes(chat.slice(5))).toBeLessThanOrEqual(PRIVATE_BYTES_OF_PAIR);
    expect(bytes(chat.slice(5))).toBeGreaterThan(PRIVATE_BYTES_OF_PAIR - 1_000);
    expect(chat.slice(-2).map(({ id }) => id)).toEqual(['ann599', 'answer']);
    for (const viewer of ['ann', 'bob', 'hal', null]) expect(clientsCopy(events, viewer)).toEqual(seen(events, viewer));

    // Enough people: then those who write most forget, whoever writes.
    const few = [...ROOM, ...whispers('hal', 'ann', 3), ...others.flatMap((to) => whispers('bob', to, 4, 4_000))];
    const crowded = stateOf(...few).chat;
    expect(bytes(crowded)).toBeLessThanOrEqual(PRIVATE_BYTES);
    expect(crowded.slice(0, 3).map(({ id }) => id)).toEqual(['hal0', 'hal1', 'hal2']);
    expect(new Set(crowded.map(({ to }) => to)).size).toBe(61);
    // A text that becomes longer takes space too, and messages for everybody push out none of these.
    const longer: RoomEvent = {
      ...{ type: 'PrivateMessageEdited', messageId: 'answer', participantId: 'bob', to: 'ann' },
      ...{ text: 'x'.repeat(4_000), at: NOW },
    };
    const many = Array.from({ length: CHAT_KEPT }, (_, index) => posted('bob', `b${index}`));
    const edited = stateOf(...events, longer, ...many).chat;
    expect(bytes(edited.filter(({ to }) => to !== undefined).slice(3))).toBeLessThanOrEqual(PRIVATE_BYTES_OF_PAIR);
    expect(edited.slice(0, 3).map(({ id }) => id)).toEqual(['hal0', 'hal1', 'hal2']);
    expect(edited.filter(({ to }) => to === undefined).map(({ id }) => id)).toEqual(
      many.map((_, index) => `b${index}`),
    );
    const before = stateOf(...events, ...many.slice(2));
    const last = commitOf(ORIGIN, [posted('hal', 'last')]);
    expect(filesGone(last, before, evolveCommit(before, last))).toEqual(['f']);
  });

  it('[R-CHAT-9] to everybody else a private message does not exist, hosts included', () => {
    const about = { messageId: 'm1', participantId: 'ann', to: 'bob' };
    const room = given(...ROOM, { type: 'PrivateMessagePosted', ...about, name: 'ann', text: 'hello', at: NOW });
    room.when(by('hal', 3), remove('m1')).refused('MESSAGE_NOT_FOUND');
    room.when(by('hal', 3), edit('m1', 'x')).refused('MESSAGE_NOT_FOUND');
    room.when(by('bob', 2), edit('m1', 'x')).refused('FORBIDDEN');
    room.when(by('bob', 2), remove('m1')).refused('FORBIDDEN');
    room.when(by('ann', 1), edit('m1', 'x')).then([{ type: 'PrivateMessageEdited', ...about, text: 'x', at: NOW }]);
    room.when(by('ann', 1), remove('m1')).then([{ type: 'PrivateMessageDeleted', ...about, at: NOW }]);
    // Whoever answers it must see it.
    const answer: CommandBody = { type: 'PostChat', messageId: 'm2', text: 'hello', replyTo: 'm1' };
    room.when(by('hal', 3), answer).then([posted('hal', 'm2')]);
    room.when(by('bob', 2), answer).then([{ ...posted('bob', 'm2'), replyTo: 'm1' } as RoomEvent]);
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
