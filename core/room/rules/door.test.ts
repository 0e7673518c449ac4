import { describe, it } from 'vitest';
import { gone, join, knock, resume, stranger } from '../../../test/support/entering.ts';
import {
  by,
  type CommandBody,
  created,
  given,
  joined,
  knocked,
  NOW,
  node,
  resumed,
} from '../../../test/support/room.ts';
import type { RoomEvent } from '../events.ts';
import { ADDRESS_BAN_MS, ALL_GRANTS, type Role } from '../state.ts';

describe('the door', () => {
  it('[R-JOIN-10] a token that anybody gets takes no place over from another browser', () => {
    const room = given(created(), { ...joined('ann', 1, { role: 'host' }), device: 'anns' } as RoomEvent);
    room.when(node(), join('ann', stranger({ device: 'other' }))).refused('TOKEN_USED');
    room.when(node(), join('ann', stranger())).refused('TOKEN_USED');
    room
      .when(node(), join('ann', stranger({ device: 'anns' })))
      .then([{ ...resumed('ann', 2), device: 'anns' } as RoomEvent]);
  });

  it('[R-JOIN-10] a token given with the API key takes over from another browser like a newcomer', () => {
    const known = stranger({ device: 'other', anonymous: false });
    const takeover = [{ ...resumed('ann', 2), device: 'other' } as RoomEvent];
    const at = (settings: Parameters<typeof created>[0]) =>
      given(created(settings), { ...joined('ann', 1), device: 'anns' } as RoomEvent);
    at({}).when(node(), join('ann', known)).then(takeover);
    at({ passwordHash: 'hash' }).when(node(), join('ann', known)).refused('PASSWORD_REQUIRED');
    at({ passwordHash: 'hash' })
      .when(node(), join('ann', { ...known, passwordVerifiedFor: 'hash' }))
      .then(takeover);
    for (const door of [{ lobby: true }, { locked: true }]) {
      at(door).when(node(), join('ann', known)).refused('TOKEN_USED');
      at(door)
        .when(node(), join('ann', { ...known, role: 'host' }))
        .then(takeover);
    }
  });

  it('[R-JOIN-11] one address has a share of the room, for people whose tokens anybody gets', () => {
    const from = (id: string, session: number): RoomEvent =>
      ({ ...joined(id, session), address: 'office' }) as RoomEvent;
    const room = given(created(), from('ann', 1), from('bob', 2));
    room.when(node(), join('eve', stranger({ address: 'office' }))).refused('ADDRESS_FULL');
    room
      .when(node(), join('eve', stranger({ address: 'home' })))
      .then([{ ...joined('eve', 3), address: 'home' } as RoomEvent]);
    room.when(node(), join('eve', stranger({ address: 'office', anonymous: false }))).then([from('eve', 3)]);
  });

  it('[R-REMOVE-1] the tokens of somebody who was removed are void, a newer one is not', () => {
    const room = given(created({ lobby: true }), joined('hal', 1, { role: 'host' }), gone('hal', 'removed'));
    const old = stranger({ tokenIssuedAt: NOW });
    room.when(node(), join('hal', { role: 'host', ...old })).refused('REMOVED');
    room.when(node(), { ...resume('hal'), ...old } as CommandBody).refused('REMOVED');
    room.when(node(), { ...knock('hal'), ...old } as CommandBody).refused('REMOVED');
    room.when(node(), join('hal', stranger())).refused('LOBBY');
    room.when(node(), { ...resume('hal'), ...stranger() } as CommandBody).refused('NOT_IN_ROOM');
  });

  it('[R-TOKEN-1] revoked tokens let nobody in, and people inside stay', () => {
    const old = stranger({ tokenIssuedAt: NOW });
    for (const participantId of ['ann', null]) {
      const revoked = [created(), { type: 'TokensRevoked', participantId, at: NOW }] as const;
      given(...revoked)
        .when(node(), join('ann', old))
        .refused('TOKEN_REVOKED');
      given(...revoked)
        .when(node(), join('ann', stranger()))
        .then([joined('ann', 1)]);
      given(...revoked, joined('ann', 1))
        .when(node(), { ...resume('ann'), ...old } as CommandBody)
        .then([resumed('ann', 2)]);
    }
    given(created(), { type: 'TokensRevoked', participantId: 'bob', at: NOW })
      .when(node(), join('ann', old))
      .then([joined('ann', 1)]);
  });

  it('[R-TOKEN-2] a room without guests takes only tokens that were given with the API key', () => {
    const room = given(created(), { type: 'GuestsChanged', guests: false });
    room.when(node(), join('ann', stranger())).refused('GUESTS_REFUSED');
    room.when(node(), join('ann', stranger({ anonymous: false }))).then([joined('ann', 1)]);
  });

  it('[R-BAN-1] [R-BAN-3] a ban reaches the browser of the person, but no host there', () => {
    const room = given(created({ lobby: true }), { type: 'ParticipantBanned', participantId: 'eve', device: 'eves' });
    const again = stranger({ device: 'eves', anonymous: false });
    room.when(node(), join('zoe', again)).refused('BANNED');
    room.when(node(), { ...knock('zoe'), ...again } as CommandBody).refused('BANNED');
    room
      .when(node(), join('hal', { ...again, role: 'host' }))
      .then([{ ...joined('hal', 1, { role: 'host' }), device: 'eves' } as RoomEvent]);
    room.when(node(), join('zoe', stranger({ device: 'other' }))).refused('LOBBY');
  });

  it('[R-BAN-2] a ban reaches the address for an hour, for people whose tokens anybody gets', () => {
    const addressUntil = NOW + ADDRESS_BAN_MS;
    const room = given(created(), { type: 'ParticipantBanned', participantId: 'eve', address: 'eves', addressUntil });
    const again = join('zoe', stranger({ address: 'eves' }));
    const zoe = { ...joined('zoe', 1), address: 'eves' } as RoomEvent;
    room.when(node(), again, { now: addressUntil - 1 }).refused('BANNED');
    room.when(node(), again, { now: addressUntil }).then([{ ...zoe, at: addressUntil } as RoomEvent]);
    room.when(node(), join('zoe', stranger({ address: 'eves', anonymous: false }))).then([zoe]);
  });

  it('[R-BAN-4] a ban reaches the account of who signed in, wherever they come from, hosts too', () => {
    const of = (id: string, session: number, role: Role = 'member') =>
      ({ ...joined(id, session, { role }), account: 'eves' }) as RoomEvent;
    const HAL = joined('hal', 1, { role: 'host' });
    const ban: CommandBody = { type: 'Ban', participantId: 'eve' };
    const kept: RoomEvent = { type: 'ParticipantBanned', participantId: 'eve', name: 'eve', account: 'eves' };
    given(created(), HAL, of('eve', 2), of('phone', 3))
      .when(by('hal', 1), ban)
      .then([kept, gone('eve', 'banned'), gone('phone', 'banned')]);
    const room = given(created({ lobby: true }), kept);
    const again = stranger({ account: 'eves', anonymous: false, device: 'new', address: 'new' });
    room.when(node(), join('zoe', again)).refused('BANNED');
    room.when(node(), join('zoe', { ...again, role: 'host' })).refused('BANNED');
    room.when(node(), { ...knock('zoe'), ...again } as CommandBody).refused('BANNED');
    room.when(node(), join('zoe', stranger({ account: 'zoes' }))).refused('LOBBY');
    // The host's own second window.
    given(created(), of('hal', 1, 'host'), of('eve', 2))
      .when(by('hal', 1), ban)
      .then([{ type: 'ParticipantBanned', participantId: 'eve', name: 'eve' }, gone('eve', 'banned')]);
  });

  it('[R-JOIN-11] one address has a share of the lobby', () => {
    const from = (id: string): RoomEvent => ({ ...knocked(id), address: 'office' }) as RoomEvent;
    const room = given(created({ lobby: true }), from('ann'), from('bob'));
    room.when(node(), { ...knock('eve'), ...stranger({ address: 'office' }) } as CommandBody).refused('ADDRESS_FULL');
    room
      .when(node('node-2'), { ...knock('ann', 'node-2'), ...stranger({ address: 'office' }) } as CommandBody)
      .then([{ ...from('ann'), nodeId: 'node-2' } as RoomEvent]);
  });
});

describe('names and grants of a token', () => {
  it('[R-NAME-2] a name that looks like one in the room gets a number, unless it comes with the token', () => {
    const room = given(created(), joined('ann', 1, { name: 'Ann Lee' }), joined('a2', 2, { name: 'ANN  LEE (2)' }));
    room.when(node(), join('a3', { name: 'ann lee' })).then([joined('a3', 3, { name: 'ann lee (3)' })]);
    room
      .when(node(), join('a3', { name: 'Ann Lee', ...stranger({ nameFixed: true }) }))
      .then([{ ...joined('a3', 3, { name: 'Ann Lee' }), nameFixed: true } as RoomEvent]);
    room
      .when(by('a2', 2), { type: 'Rename', name: 'Ann Lee' })
      .then([{ type: 'ParticipantRenamed', participantId: 'a2', name: 'Ann Lee (2)' }]);
    room
      .when(by('ann', 1), { type: 'Rename', name: 'ANN LEE' })
      .then([{ type: 'ParticipantRenamed', participantId: 'ann', name: 'ANN LEE' }]);
  });

  it('[R-NAME-1] a name that comes with the token stays', () => {
    given(created(), { ...joined('ann', 1), nameFixed: true } as RoomEvent)
      .when(by('ann', 1), { type: 'Rename', name: 'Alice Chen, CFO' })
      .refused('NAME_FIXED');
  });

  it('[R-GRANT-4] grants come with the token', () => {
    const grants = { ...ALL_GRANTS, chat: false };
    const events = [{ ...joined('ann', 1), grants } as RoomEvent];
    given(created())
      .when(node(), join('ann', stranger({ grants })))
      .then(events);
    given(created(), ...events)
      .when(by('ann', 1), { type: 'PostChat', messageId: 'm', text: 'hi' })
      .refused('NOT_GRANTED');
  });
});
