import { describe, expect, it } from 'vitest';
import { by, type CommandBody, created, given, joined, NOW, posted, stateOf } from '../../../test/support/room.ts';
import type { RoomEvent } from '../events.ts';
import { ALL_GRANTS } from '../state.ts';

const ROOM = [created(), joined('ann', 1), joined('bob', 2), joined('eve', 3), posted('ann', 'm')];
const BOB = by('bob', 2);
const react = (emoji: string, on = true, messageId = 'm'): CommandBody => {
  return { type: 'ReactToMessage', messageId, emoji, on };
};
const reacted = (participantId: string, emoji: string, on = true): RoomEvent => {
  return { type: 'MessageReacted', messageId: 'm', participantId, name: participantId, emoji, on };
};
const toBob: RoomEvent = {
  type: 'PrivateMessagePosted',
  ...{ messageId: 'p', participantId: 'ann', to: 'bob', name: 'ann', text: 'between us', at: NOW },
};

describe('reactions to messages', () => {
  it('[R-REACT-1] whoever may write puts emoji on messages and takes them back, within bounds', () => {
    const room = given(...ROOM);
    room.when(BOB, react('👍')).then([reacted('bob', '👍')]);
    for (const emoji of ['❤️', '👩🏽‍💻', '🇮🇩', '1️⃣']) room.when(BOB, react(emoji)).then([reacted('bob', emoji)]);
    for (const text of ['ok', '1', '<b>', '', '👍 you', '👍👍', '👍'.repeat(17)])
      room.when(BOB, react(text)).refused('INVALID');
    room.when(BOB, react('👍', false)).nothing();
    room.when(BOB, react('👍', true, 'gone')).refused('MESSAGE_NOT_FOUND');
    const already = given(...ROOM, reacted('bob', '👍'));
    already.when(BOB, react('👍')).nothing();
    already.when(BOB, react('👍', false)).then([reacted('bob', '👍', false)]);
    given(...ROOM, ...['👍', '🎉', '🔥', '💯', '🚀'].map((emoji) => reacted('bob', emoji)))
      .when(BOB, react('❤️'))
      .refused('INVALID');
    const many = Array.from({ length: 200 }, (_, index) => reacted(`p${index}`, '👍'));
    given(...ROOM, ...many)
      .when(BOB, react('👍'))
      .refused('INVALID');
    given(...ROOM, { type: 'RoomGrantsChanged', grants: { ...ALL_GRANTS, chat: false } })
      .when(BOB, react('👍'))
      .refused('NOT_GRANTED');
  });

  it('[R-REACT-2] only its two people react to a private message, and a reaction ends with its message or person', () => {
    const room = given(...ROOM, toBob);
    const to: RoomEvent = {
      type: 'PrivateMessageReacted',
      ...{ messageId: 'p', participantId: 'bob', to: 'ann', name: 'bob', emoji: '👍', on: true },
    };
    room.when(BOB, react('👍', true, 'p')).then([to]);
    room.when(by('eve', 3), react('👍', true, 'p')).refused('MESSAGE_NOT_FOUND');

    const reactionsAfter = (...events: readonly RoomEvent[]) => stateOf(...ROOM, ...events).chat[0]?.reactions;
    const both = [reacted('bob', '👍'), reacted('eve', '👍')];
    expect(reactionsAfter(...both)).toEqual([
      {
        emoji: '👍',
        people: [
          { participantId: 'bob', name: 'bob' },
          { participantId: 'eve', name: 'eve' },
        ],
      },
    ]);
    const erased: RoomEvent = { type: 'ParticipantErased', participantId: 'bob', at: NOW };
    expect(reactionsAfter(...both, erased)?.[0]?.people).toEqual([{ participantId: 'eve', name: 'eve' }]);
    expect(reactionsAfter(reacted('bob', '👍'), erased)).toBeUndefined();
    expect(reactionsAfter(...both, { type: 'ChatDeleted', messageId: 'm', at: NOW })).toBeUndefined();
    expect(reactionsAfter(...both, { type: 'ChatEdited', messageId: 'm', text: 'x', at: NOW })).toHaveLength(1);
  });
});
