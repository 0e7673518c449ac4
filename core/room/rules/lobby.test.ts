import { describe, expect, it } from 'vitest';
import { admitted, banned, gone, join, knock } from '../../../test/support/entering.ts';
import {
  type CommandBody,
  created,
  given,
  joined,
  knocked,
  NOW,
  node,
  OPERATOR,
  stateOf,
} from '../../../test/support/room.ts';
import type { RoomEvent } from '../events.ts';
import { nextDeadline } from '../queries.ts';
import { LOBBY_MS } from '../state.ts';

describe('the lobby', () => {
  it('[R-LOBBY-1] a person knocks while the lobby is on, from outside', () => {
    given(created()).when(node(), knock('ann')).refused('INVALID');
    const room = given(created({ lobby: true }), joined('ann', 1));
    room.when(node(), knock('ann')).refused('INVALID');
    room.when(node(), knock('bob', 'node-1', ' Bob ')).then([{ ...knocked('bob'), name: 'Bob' } as RoomEvent]);
  });

  it('[R-LOBBY-2] knocking again keeps the place in the queue and moves the knock', () => {
    const events = [created({ lobby: true }), knocked('ann', 'node-1', NOW), knocked('bob', 'node-1', NOW + 1)];
    given(...events)
      .when(node(), knock('ann'))
      .nothing();
    const again = knocked('ann', 'node-2', NOW + 2);
    given(...events)
      .when(node('node-2'), knock('ann', 'node-2'), { now: NOW + 2 })
      .then([again]);
    expect([...stateOf(...events, again).lobby.values()]).toEqual([
      { participantId: 'ann', name: 'ann', knockedAt: NOW, nodeId: 'node-2', device: null, address: null },
      { participantId: 'bob', name: 'bob', knockedAt: NOW + 1, nodeId: 'node-1', device: null, address: null },
    ]);
  });

  it('[R-LOBBY-12] a knock needs an open lock and the password, once', () => {
    given(created({ lobby: true, locked: true }))
      .when(node(), knock('ann'))
      .refused('ROOM_LOCKED');
    const room = [created({ lobby: true, passwordHash: 'hash' })] as const;
    given(...room)
      .when(node(), knock('ann'))
      .refused('PASSWORD_REQUIRED');
    given(...room)
      .when(node(), { ...knock('ann'), passwordVerifiedFor: 'hash' } as CommandBody)
      .then([knocked('ann')]);
    given(...room, knocked('ann'))
      .when(node('node-2'), knock('ann', 'node-2'))
      .then([knocked('ann', 'node-2')]);
  });

  it('[R-LOBBY-11] somebody who waits too long is denied', () => {
    const room = given(created({ lobby: true }), knocked('ann'), knocked('bob', 'node-1', NOW + 1));
    room.when(node(), { type: 'ExpireParticipants' }, { now: NOW + LOBBY_MS - 1 }).nothing();
    room
      .when(node(), { type: 'ExpireParticipants' }, { now: NOW + LOBBY_MS })
      .then([{ type: 'ParticipantDenied', participantId: 'ann' }]);
    expect(nextDeadline(stateOf(created({ lobby: true }), knocked('ann')))).toBe(NOW + LOBBY_MS);
  });

  it('[R-LOBBY-3] an admitted person need not knock', () => {
    const room = given(created({ lobby: true }), knocked('ann'), admitted('ann'));
    room.when(node(), knock('ann')).nothing();
    room.when(node(), join('ann')).then([joined('ann', 1)]);
  });

  it('[R-LOBBY-4] a node withdraws only a knock that it holds', () => {
    const room = given(created({ lobby: true }), knocked('ann', 'node-2'));
    const withdraw: CommandBody = { type: 'WithdrawKnock', participantId: 'ann' };
    const withdrawn: RoomEvent[] = [{ type: 'KnockWithdrawn', participantId: 'ann' }];
    room.when(node('node-1'), withdraw).nothing();
    room.when(node('node-2'), withdraw).then(withdrawn);
    room.when(OPERATOR, withdraw).then(withdrawn);
    given(created({ lobby: true }))
      .when(node(), withdraw)
      .nothing();
  });

  it('[R-LOBBY-5] admission outlives leaving and expiry; denying ends the knock only', () => {
    const events = [created({ lobby: true }), knocked('ann'), admitted('ann'), joined('ann', 1)];
    for (const departure of ['left', 'expired'] as const) {
      given(...events, gone('ann', departure))
        .when(node(), join('ann'))
        .then([joined('ann', 2)]);
    }
    given(created({ lobby: true }), knocked('ann'), { type: 'ParticipantDenied', participantId: 'ann' })
      .when(node(), knock('ann'))
      .then([knocked('ann')]);
  });

  it('[R-LOBBY-10] a room keeps its newest 1,000 admissions', () => {
    const admissions = Array.from({ length: 1_001 }, (_, n) => [knocked(`ann-${n}`), admitted(`ann-${n}`)]).flat();
    const room = [created({ lobby: true }), ...admissions];
    given(...room)
      .when(node(), join('ann-0'))
      .refused('LOBBY');
    given(...room)
      .when(node(), join('ann-1'))
      .then([joined('ann-1', 1)]);
  });

  it('[R-LOBBY-7] removing or banning somebody ends their admission', () => {
    const events = [created({ lobby: true }), knocked('ann'), admitted('ann'), joined('ann', 1)];
    given(...events, gone('ann', 'removed'))
      .when(node(), join('ann'))
      .refused('LOBBY');
    given(...events, banned('ann'), gone('ann', 'banned'), { type: 'ParticipantUnbanned', participantId: 'ann' })
      .when(node(), join('ann'))
      .refused('LOBBY');
  });

  it('[R-LOBBY-8] a lobby holds as many as the room does', () => {
    const room = given(created({ lobby: true, capacity: 1 }), knocked('ann'));
    room.when(node(), knock('bob')).refused('ROOM_FULL');
    room.when(node('node-2'), knock('ann', 'node-2')).then([knocked('ann', 'node-2')]);
  });

  it('[R-LOBBY-9] turning the lobby off admits nobody by itself; the people in it can simply join', () => {
    const events: RoomEvent[] = [created({ lobby: true }), knocked('ann'), { type: 'LobbyChanged', lobby: false }];
    expect([...stateOf(...events).lobby.keys()]).toEqual(['ann']);
    given(...events)
      .when(node(), join('ann'))
      .then([joined('ann', 1)]);
  });
});
